import { applyManifests } from '../control-plane/apply-manifests.ts';
import type { Scenario } from './scenario.ts';
import { deployment, untilPod } from './shop.ts';

/** Keeps 14 MiB in a shell variable, for which the shell needs more than the limit of 20 MiB. */
const FILLS = 'x=$(head -c 14680064 /dev/zero | tr "\\\\0" x); sleep 1000000';

export const oomKilledContainer: Scenario = {
  shows: 'cache needs more memory than its limit of 20 MiB and is killed again and again.',
  async play({ api }) {
    await applyManifests(api, [
      deployment({
        name: 'cache',
        runs: FILLS,
        container: { resources: { requests: { memory: '16Mi' }, limits: { memory: '20Mi' } } },
      }),
    ]);
    // In the wait before its next life: a kubelet may call the end of that one `Error` for a while.
    await untilPod(api, 'cache', (pod) =>
      pod.status?.containerStatuses?.some(
        ({ state, lastState }) =>
          state?.waiting?.reason === 'CrashLoopBackOff' && lastState?.terminated?.reason === 'OOMKilled',
      ),
    );
  },
};
