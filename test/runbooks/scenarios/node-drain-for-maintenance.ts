import { kubernetes } from '../../../activities/kubernetes/contract.ts';
import nodeDrainForMaintenance from '../../../runbooks/node-drain-for-maintenance.ts';
import type { Scenario } from '../../../testing/index.ts';
import { nodeDescribed } from '../node.ts';
import { rollout } from '../rollout.ts';

const web = { kind: 'Deployment', name: 'web', uid: 'web' };

const scenario: Scenario = async (stage) => {
  let cordoned = false;
  let pods = ['a', 'b'].map((name) => ({ namespace: 'shop', name, uid: name, workload: web }));
  const state = () => ({ node: 'n1', uid: 'n1', unschedulable: cordoned, cordonedBy: null });
  stage
    .answer(kubernetes.listNodes, () => ({
      nodes: [{ ...state(), name: 'n1', ready: 'True', zone: null, kubeletVersion: 'v1.34.4' }],
    }))
    .answer(kubernetes.describeNode, () => nodeDescribed('n1', { unschedulable: cordoned }))
    .answer(kubernetes.nodeReady, { verdict: 'pass', reason: 'n1 is Ready' })
    .answer(kubernetes.previewDrain, () => ({
      node: 'n1',
      uid: 'n1',
      evict: pods,
      ignored: [],
      refused: [],
      budgets: [],
      noRoom: [],
    }))
    .answer(kubernetes.rolloutStatus, rollout(true))
    .change(kubernetes.cordonNode, {
      apply: () => {
        cordoned = true;
        return state();
      },
    })
    .change(kubernetes.drainNode, {
      apply: ({ node }) => {
        const gone = pods.length;
        pods = [];
        return { node, gone, left: [] };
      },
    })
    .change(kubernetes.uncordonNode, {
      apply: () => {
        cordoned = false;
        return state();
      },
    });
  stage
    .person('ana', 'platform-oncall')
    .approves('Empty n1 (1 of 1) for kernel update')
    .answers('n1 is empty and cordoned: kernel update', 'done', { after: '3 hours' });
  const run = await stage.run(nodeDrainForMaintenance, { nodes: ['n1'], reason: 'kernel update' });
  run
    .ended('completed')
    .returned({ done: ['n1'], notTouched: [] })
    .leftNothing();
};
export default scenario;
