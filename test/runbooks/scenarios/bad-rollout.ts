import { kubernetes } from '../../../activities/kubernetes/contract.ts';
import type { Scenario } from '../../../testing/index.ts';
import { pod, sick } from '../pod.ts';
import { revision, rollout } from '../rollout.ts';

const shop = { kind: 'Deployment', name: 'shop', uid: 'd' };

const scenario: Scenario = async (stage) => {
  let pods = [pod('a'), sick('b', { revision: 2 })];
  stage
    .answer(kubernetes.listPods, () => ({ pods }))
    .answer(kubernetes.rolloutHistory, {
      workload: shop,
      paused: false,
      revisions: [revision(1), revision(2)],
    })
    .answer(kubernetes.compareRevisions, { from: revision(1), to: revision(2), differences: [] })
    .answer(kubernetes.rolloutStatus, () => rollout(pods.every((p) => p.ready)))
    .change(kubernetes.rolloutUndo, {
      apply: ({ templateHash }) => {
        pods = [pod('a'), pod('c')];
        return { deployment: shop, generation: 3, templateHash };
      },
    });
  stage.person('ana', 'platform-oncall').approves('Roll shop back from revision 2 to 1');
  const run = await stage.alert({
    alertname: 'KubeDeploymentRolloutStuck',
    labels: { namespace: 'shop', deployment: 'shop' },
  });
  run
    .ended('completed')
    .returned({ rolledBackTo: 1, from: 2 })
    .changed('Roll shop/shop back to revision 1 (hash-1)')
    .reminds(/repaired or withdrawn/, { of: 'platform-oncall', at: 'next working day 09:30' });
};
export default scenario;
