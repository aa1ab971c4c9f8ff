import { applyManifests } from '../control-plane/apply-manifests.ts';
import { bringDebugImages } from '../images/debug-images.ts';
import { ORDERS_IMAGE } from '../images/image-names.ts';
import type { Scenario } from './scenario.ts';
import { deployment, untilReleased } from './shop.ts';

/** The limit keeps a test's machine usable. */
const orders = (compare: string) =>
  deployment({
    name: 'orders',
    labels: { release: compare },
    container: {
      image: ORDERS_IMAGE,
      command: undefined,
      env: [{ name: 'COMPARE', value: compare }],
      resources: { requests: { cpu: '10m' }, limits: { cpu: '500m' } },
      securityContext: { runAsUser: 65534, runAsNonRoot: true },
    },
  });

export const pythonHotLoop: Scenario = {
  shows: 'A release of orders, which is written in Python, compares each order with every other without end.',
  async play({ api, details: { stateDirectory } }) {
    await bringDebugImages(stateDirectory);
    await applyManifests(api, [orders('sets')]);
    await untilReleased(api, 'orders', 'sets');
    await applyManifests(api, [orders('pairs')]);
    await untilReleased(api, 'orders', 'pairs');
  },
};
