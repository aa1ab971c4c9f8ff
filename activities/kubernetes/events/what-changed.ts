import { implementRead } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { truncation } from '../truncated.ts';
import { boundChanges, collectChanges } from './changes/collect.ts';
import { readSnapshot } from './read-snapshot.ts';

export const whatChanged = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.whatChanged, async ({ namespaces, minutes, until, limit }, context) => {
    const end = until === undefined ? new Date() : new Date(until);
    // Most times of the API server are whole seconds: the one in which the window begins is in it.
    const start = Math.floor(end.getTime() / 1_000 - minutes * 60) * 1_000;
    const window = {
      from: new Date(start).toISOString(),
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
