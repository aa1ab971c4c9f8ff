import { kubernetes } from '../../../activities/kubernetes/contract.ts';
import imagePullFailure from '../../../runbooks/image-pull-failure.ts';
import type { Scenario } from '../../../testing/index.ts';
import { pod, sick } from '../pod.ts';
import { revision, rollout } from '../rollout.ts';

const shop = { kind: 'Deployment', name: 'shop', uid: 'd' };
const made = sick('b', { revision: 2, image: 'shop:2' });
const waiting = {
  ...made,
  containers: made.containers.map((c) => ({
    ...c,
    waiting: 'ImagePullBackOff',
    waitingMessage: 'it was not found',
  })),
};

const scenario: Scenario = async (stage) => {
  let pods = [waiting, pod('a')];
  stage
    .answer(kubernetes.listPods, () => ({ pods }))
    .answer(kubernetes.listEvents, { events: [] })
    .answer(kubernetes.rolloutHistory, {
      workload: shop,
      paused: false,
      revisions: [revision(1), revision(2)],
    })
    .answer(kubernetes.compareRevisions, {
      from: revision(1),
      to: revision(2),
      differences: [{ path: 'spec.containers[name=main].image', before: 'shop:1', after: 'shop:2' }],
    })
    .answer(kubernetes.rolloutStatus, rollout(true))
    .change(kubernetes.rolloutUndo, {
      apply: ({ templateHash }) => {
        pods = [pod('a'), pod('c')];
        return { deployment: shop, generation: 3, templateHash };
      },
    });
  stage.person('ana', 'platform-oncall').approves('Roll shop back from revision 2 to 1');
  const run = await stage.run(imagePullFailure, { namespace: 'shop' });
  run.ended('completed').returned({ rolledBackTo: 1, image: 'shop:2' });
};
export default scenario;
