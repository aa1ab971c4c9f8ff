import { applyManifests } from '../control-plane/apply-manifests.ts';
import { PAYMENT_IMAGES } from '../images/image-names.ts';
import { isReady } from '../workloads/conditions.ts';
import type { Scenario } from './scenario.ts';
import { deployment, untilPod } from './shop.ts';

export const lockContention: Scenario = {
  shows:
    'stock reserves under one lock, which it holds while it does its slow work: sixteen goroutines wait in turn.',
  async play({ api }) {
    await applyManifests(api, [
      deployment({
        name: 'stock',
        container: {
          image: PAYMENT_IMAGES.before,
          command: ['/bin/payment-service', 'stock'],
          readinessProbe: { tcpSocket: { port: 6060 }, periodSeconds: 1 },
        },
      }),
    ]);
    await untilPod(api, 'stock', isReady);
  },
};
