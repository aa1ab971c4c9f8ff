import { applyManifests } from '../control-plane/apply-manifests.ts';
import { isReady } from '../workloads/conditions.ts';
import type { Scenario } from './scenario.ts';
import { deployment, untilPod } from './shop.ts';

/** Works for some milliseconds ten times a second at most: more than 20m allow, and a good deal less than 80m. */
const WORKS = 'while :; do i=0; while [ $i -lt 1500 ]; do i=$((i+1)); done; sleep 0.1; done';

export const cpuThrottling: Scenario = {
  shows: 'search works a little ten times a second, and its limit of 20m lets it do so in bursts only.',
  async play({ api }) {
    await applyManifests(api, [
      deployment({
        name: 'search',
        runs: WORKS,
        container: { resources: { requests: { cpu: '10m' }, limits: { cpu: '20m' } } },
      }),
    ]);
    await untilPod(api, 'search', isReady);
  },
};
