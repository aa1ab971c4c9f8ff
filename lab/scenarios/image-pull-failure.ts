import { applyManifests } from '../control-plane/apply-manifests.ts';
import { BUSYBOX_IMAGE } from '../images/image-names.ts';
import type { Scenario } from './scenario.ts';
import { deployment, untilPod, untilReady } from './shop.ts';

const catalogue = (image: string) => deployment({ name: 'catalogue', replicas: 2, container: { image } });

export const imagePullFailure: Scenario = {
  shows: 'A release of catalogue asks for a tag that nobody has built; the version before goes on.',
  async play({ api }) {
    await applyManifests(api, [catalogue(BUSYBOX_IMAGE)]);
    await untilReady(api, 'catalogue', 2);
    await applyManifests(api, [catalogue(`${BUSYBOX_IMAGE.split(':')[0]}:2-not-built`)]);
    await untilPod(api, 'catalogue', (pod) =>
      pod.status?.containerStatuses?.some((c) => c.state?.waiting?.reason === 'ErrImageNeverPull'),
    );
  },
};
