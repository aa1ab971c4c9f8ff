import { kubernetes } from '../../../activities/kubernetes/contract.ts';
import clusterLookAround from '../../../runbooks/cluster-look-around.ts';
import type { Scenario } from '../../../testing/index.ts';
import { nodeDescribed } from '../node.ts';
import { pod, sick } from '../pod.ts';

const scenario: Scenario = async (stage) => {
  stage
    .answer(kubernetes.listPods, { pods: [pod('a'), sick('b', { node: 'worker-2' })] })
    .answer(kubernetes.listEvents, { events: [] })
    .answer(kubernetes.whatChanged, (_, { ago }) => ({
      from: ago(1_800),
      until: ago(0),
      changes: [],
      notSeen: [],
    }))
    .answer(kubernetes.describeNode, ({ node }) => nodeDescribed(node));
  const run = await stage.run(clusterLookAround, { namespace: 'shop' });
  run
    .ended('completed')
    .noted(/0 nodes and 1 pods want attention/)
    .changedNothing()
    .askedNobody();
};
export default scenario;
