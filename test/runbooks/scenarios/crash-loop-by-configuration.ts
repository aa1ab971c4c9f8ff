import { kubernetes, type Pod } from '../../../activities/kubernetes/contract.ts';
import type { Scenario } from '../../../testing/index.ts';
import { pod, sick } from '../pod.ts';
import { revision, rollout } from '../rollout.ts';

const shop = { kind: 'Deployment', name: 'shop', uid: 'd' };
const crashed = sick('b');
const looping: Pod = {
  ...crashed,
  containers: crashed.containers.map((c) => ({ ...c, waiting: 'CrashLoopBackOff' })),
};

const scenario: Scenario = async (stage) => {
  let retries = 'three';
  let pods = [pod('a'), looping];
  stage
    .answer(kubernetes.listPods, () => ({ pods }))
    .answer(kubernetes.listEvents, { events: [] })
    .answer(kubernetes.configurationOf, () => ({
      found: true,
      references: [],
      sources: [
        {
          kind: 'ConfigMap',
          name: 'settings',
          state: 'there',
          immutable: false,
          keys: ['RETRIES'],
          lastEdit: { by: 'kubectl-edit', at: '2026-11-21T02:44:00Z' },
          changes: [{ key: 'RETRIES', applied: '3', present: retries, hidden: false }],
        },
      ],
    }))
    .answer(kubernetes.podLogs, {
      container: 'main',
      available: true,
      linesRead: 1,
      expected: [],
      unexpected: [],
      lines: [{ text: 'FATAL: RETRIES is not a number' }],
    })
    .answer(kubernetes.rolloutHistory, {
      workload: shop,
      paused: false,
      revisions: [revision(1, { current: true })],
    })
    .answer(kubernetes.rolloutStatus, () => rollout(pods.every((p) => p.ready)))
    .change(kubernetes.setConfigMapKeys, {
      apply: ({ values }) => {
        retries = values['RETRIES']!;
        return { uid: 'cm', keys: Object.keys(values) };
      },
    })
    .change(kubernetes.deletePod, {
      apply: ({ pod: { namespace, name } }) => {
        pods = [pod('a'), pod('c')];
        return { namespace, name, uid: 'b', note: 'deleted' };
      },
    });
  stage
    .person('ana', 'platform-oncall')
    .approves('Put RETRIES of ConfigMap settings back to what was applied');
  const run = await stage.alert({
    alertname: 'KubePodCrashLooping',
    labels: { namespace: 'shop', pod: 'b', container: 'main' },
  });
  run
    .ended('completed')
    .returned({ workload: 'shop', done: 'RETRIES of ConfigMap settings was put back' })
    .reminds(/Does its source say the same/, { of: 'platform-oncall', at: 'next working day 09:30' });
};
export default scenario;
