import { kubernetes } from '../../../activities/kubernetes/contract.ts';
import { prometheus } from '../../../activities/prometheus/contract.ts';
import oomKilledContainer from '../../../runbooks/oom-killed-container.ts';
import type { Scenario } from '../../../testing/index.ts';
import { pod, sick } from '../pod.ts';
import { rollout } from '../rollout.ts';

const killed = sick('a');
const lastTermination = {
  reason: 'OOMKilled',
  exitCode: 137,
  startedAt: '2026-11-21T02:46:00Z',
  finishedAt: '2026-11-21T02:46:01Z',
};
const before = { ...killed, containers: killed.containers.map((c) => ({ ...c, lastTermination })) };
const restarted = pod('b');

const scenario: Scenario = async (stage) => {
  let limit = '64Mi';
  stage
    .answer(kubernetes.listPods, (_, { ago }) => {
      const after = {
        ...restarted,
        containers: restarted.containers.map((c) => ({ ...c, startedAt: ago(60) })),
      };
      return { pods: [limit === '64Mi' ? before : after] };
    })
    .answer(kubernetes.workloadResources, () => ({
      found: true,
      replicas: 1,
      containers: [{ name: 'main', kind: 'main', image: 'shop:1', requests: {}, limits: { memory: limit } }],
    }))
    .answer(prometheus.containerMemory, {
      state: 'unknown',
      why: 'empty',
      reason: 'nobody counted it',
      query: 'q',
    })
    .answer(kubernetes.rolloutStatus, rollout(true))
    .change(kubernetes.setResources, {
      apply: ({ kind, name, limits }) => {
        limit = limits.memory!;
        return { workload: { kind, name, uid: 'd' }, generation: 2, template: 't' };
      },
    });
  stage.person('ana', 'platform-oncall').approves('Raise the memory limit of shop/main from 64Mi to 128Mi');
  const run = await stage.run(oomKilledContainer, { namespace: 'shop', name: 'shop' });
  run.ended('completed').returned({ container: 'main', from: '64Mi', to: '128Mi' });
};
export default scenario;
