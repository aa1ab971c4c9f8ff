import type { KubernetesClient } from '../../activities/kubernetes/clients.ts';
import { CORDONED_BY, CORDONED_WHY } from '../../activities/kubernetes/contract.ts';
import type { Trace } from '../measure/trace.ts';

/** A type alias, so that it satisfies Temporal's index signature of activities. */
export type PeerActivities = ReturnType<typeof peerActivities>;

const LIMIT_MS = 5_000;

export function peerActivities({ api, trace }: { api: KubernetesClient['api']; trace: Trace }) {
  return {
    /** Writes what nightshift's cordon writes, through the same client, without looking first. */
    async cordon(name: string): Promise<void> {
      trace.mark('peer.activity');
      await api.patch(
        'nodes',
        {
          name,
          type: 'merge-patch',
          patch: {
            metadata: { annotations: { [CORDONED_BY]: 'peer', [CORDONED_WHY]: 'it is sick' } },
            spec: { unschedulable: true },
          },
        },
        { signal: new AbortController().signal, deadline: new Date(Date.now() + LIMIT_MS) },
      );
    },

    look: async ({ n }: { n: number }) => ({ n, ready: true }),
  };
}
