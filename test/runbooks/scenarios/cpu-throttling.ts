import { kubernetes } from '../../../activities/kubernetes/contract.ts';
import { prometheus } from '../../../activities/prometheus/contract.ts';
import cpuThrottling from '../../../runbooks/cpu-throttling.ts';
import type { Scenario } from '../../../testing/index.ts';
import { nodeDescribed } from '../node.ts';
import { pod } from '../pod.ts';
import { revision, rollout } from '../rollout.ts';

const scenario: Scenario = async (stage) => {
  let limit: string | null = '100m';
  stage
    .answer(kubernetes.listPods, { pods: [pod('a')] })
    .answer(kubernetes.describeNode, ({ node }) => nodeDescribed(node))
    .answer(kubernetes.workloadResources, () => ({
      found: true,
      replicas: 1,
      containers: [{ name: 'main', kind: 'main', image: 'shop:1', requests: {}, limits: { cpu: limit! } }],
    }))
    .answer(kubernetes.rolloutHistory, ({ kind, name }) => ({
      workload: { kind, name, uid: 'd' },
      paused: false,
      revisions: [revision(1), revision(2)],
    }))
    .answer(prometheus.containerCpu, ({ pods }) => ({
      state: 'known',
      containers: pods.map((p) => ({
        pod: p,
        container: 'main',
        throttled: limit === '100m' ? 0.8 : 0,
        cores: 0.09,
      })),
      query: 'q',
    }))
    .answer(kubernetes.rolloutStatus, rollout(true))
    .change(kubernetes.setResources, {
      apply: ({ kind, name, limits }) => {
        limit = limits.cpu!;
        return { workload: { kind, name, uid: 'd' }, generation: 2, template: 't' };
      },
    });
  stage.person('ana', 'platform-oncall').approves('Raise the CPU limit of shop/main from 100m to 400m');
  const run = await stage.run(cpuThrottling, { namespace: 'shop', name: 'shop' });
  run.ended('completed').returned({ container: 'main', from: '100m', to: '400m' });
};
export default scenario;
