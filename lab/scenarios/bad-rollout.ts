import { applyManifests } from '../control-plane/apply-manifests.ts';
import type { Scenario } from './scenario.ts';
import { deployment, untilPod, untilReady } from './shop.ts';

const checkout = (version: string, runs?: string) =>
  deployment({
    name: 'checkout',
    replicas: 2,
    ...(runs && { runs }),
    container: { env: [{ name: 'VERSION', value: version }] },
  });

export const badRollout: Scenario = {
  shows: 'Version 2 of checkout ends at once; version 1 goes on beside it.',
  async play({ api }) {
    await applyManifests(api, [checkout('1')]);
    await untilReady(api, 'checkout', 2);
    await applyManifests(api, [checkout('2', 'echo "panic: no such table: carts"; exit 2')]);
    await untilPod(api, 'checkout', (pod) =>
      pod.status?.containerStatuses?.some((c) => c.state?.waiting?.reason === 'CrashLoopBackOff'),
    );
  },
};
