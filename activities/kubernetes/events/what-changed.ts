import { implementRead } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { truncation } from '../truncated.ts';
import { boundChanges, collectChanges } from './changes/collect.ts';
import { readSnapshot } from './read-snapshot.ts';

export const whatChanged = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.whatChanged, async ({ namespaces, minutes, until, limit }, context) => {
    const end = until === undefined ? new Date() : new Date(until);
    const window = {
      from: new Date(end.getTime() - minutes * 60_000).toISOString(),
      until: end.toISOString(),
    };
    const { seen, notSeen } = await readSnapshot(api, namespaces, context);
    const all = collectChanges(seen, window);
    const changes = boundChanges(all, limit);
    return {
      ...window,
      changes,
      notSeen,
      ...truncation({ kept: changes.length, of: all.length, what: 'changes' }),
    };
  });
