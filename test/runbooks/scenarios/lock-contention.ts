import { kubernetes } from '../../../activities/kubernetes/contract.ts';
import lockContention from '../../../runbooks/lock-contention.ts';
import type { Scenario } from '../../../testing/index.ts';
import { pod } from '../pod.ts';

const scenario: Scenario = async (stage) => {
  const place = { function: 'main.(*stock).reserve', at: 'stock.go:24', share: 0.9 };
  stage.answer(kubernetes.listPods, { pods: [pod('a')] }).change(kubernetes.profileGo, {
    apply: {
      verdict: 'pass',
      reason: '90% of mutex',
      unit: 'nanoseconds',
      total: 60e9,
      ...{ ownCode: [place], top: [place], artefacts: [] },
    },
  });
  const run = await stage.run(lockContention, { namespace: 'shop', name: 'shop' });
  run
    .ended('handed-over')
    .changedNothing()
    .found(/12 goroutines wait.*main\.\(\*stock\)\.reserve/);
};
export default scenario;
