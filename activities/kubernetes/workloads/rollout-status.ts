import { implementRead } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { revisionOf } from '../pods/lineage.ts';
import { judgeRollout } from './judge-rollout.ts';
import { findWorkload } from './read-workload.ts';

export const rolloutStatus = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.rolloutStatus, async (ref, context) => {
    const workload = await findWorkload(api, ref, context);
    if (!workload) {
      return {
        verdict: 'unknown',
        state: 'not-found',
        reason: `there is no ${ref.kind} ${ref.namespace}/${ref.name}`,
        desired: 0,
        updated: 0,
        ready: 0,
        available: 0,
        revision: null,
      };
    }
    return { ...judgeRollout(workload), revision: revisionOf(workload.object) };
  });
