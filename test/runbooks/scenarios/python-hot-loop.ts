import { kubernetes } from '../../../activities/kubernetes/contract.ts';
import pythonHotLoop from '../../../runbooks/python-hot-loop.ts';
import type { Scenario } from '../../../testing/index.ts';
import { pod } from '../pod.ts';
import { pythonProfile, usageOf } from '../python-profile.ts';
import { revision } from '../rollout.ts';

const scenario: Scenario = async (stage) => {
  const pods = [pod('a'), pod('b')];
  let busy = 990;
  stage
    .answer(kubernetes.listPods, { pods })
    .answer(kubernetes.podUsage, () => usageOf(pods.map((p) => [p, p.name === 'a' ? busy : 10])))
    .answer(kubernetes.rolloutHistory, ({ kind, name }) => ({
      workload: { kind, name, uid: 'd' },
      paused: false,
      revisions: [revision(1), revision(2)],
    }))
    .change(kubernetes.profilePython, { apply: pythonProfile() })
    .change(kubernetes.deletePod, {
      apply: ({ pod: { namespace, name, uid } }) => {
        busy = 10;
        return { namespace, name, uid: uid!, note: '' };
      },
    });
  stage
    .person('ana', 'platform-oncall')
    .approves('Replace 1 of 2 pods of shop, which go round in find_duplicates');
  const run = await stage.run(pythonHotLoop, { namespace: 'shop', name: 'shop' });
  run.ended('completed').found(/a spends 90% of its time in find_duplicates/);
};
export default scenario;
