import { implementRead } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { truncation } from '../truncated.ts';
import { readWorkload } from './read-workload.ts';
import { controllerRevisions, deploymentRevisions } from './revisions.ts';

const SHOWN = 30;

export const rolloutHistory = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.rolloutHistory, async (ref, context) => {
    const workload = await readWorkload(api, ref, context);
    const { kind, object } = workload;
    const { namespace } = ref;
    const revisions =
      kind === 'Deployment'
        ? deploymentRevisions(object, (await api.list('replicasets', { namespace }, context)).items)
        : controllerRevisions(object, (await api.list('controllerrevisions', { namespace }, context)).items);
    const shown = revisions.slice(-SHOWN);
    return {
      workload: { kind, name: ref.name, uid: object.metadata?.uid ?? '' },
      paused: kind === 'Deployment' && (object.spec?.paused ?? false),
      revisions: shown,
      ...truncation({ kept: shown.length, of: revisions.length, what: 'revisions' }),
    };
  });
