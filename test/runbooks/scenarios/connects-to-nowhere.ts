import { kubernetes } from '../../../activities/kubernetes/contract.ts';
import connectsToNowhere from '../../../runbooks/connects-to-nowhere.ts';
import type { Scenario } from '../../../testing/index.ts';
import { connects, databaseChanged, syscalls } from '../connects.ts';
import { pod } from '../pod.ts';
import { revision, rollout } from '../rollout.ts';

const scenario: Scenario = async (stage) => {
  stage
    .answer(kubernetes.listPods, { pods: [pod('a')] })
    .answer(kubernetes.listServices, {
      ...{ count: 0, withReadyEndpoints: 0, readyEndpoints: 0, byNamespace: [], created: [], services: [] },
    })
    .answer(kubernetes.rolloutHistory, ({ kind, name }) => ({
      workload: { kind, name, uid: 'd' },
      paused: false,
      revisions: [revision(1), revision(2)],
    }))
    .answer(kubernetes.compareRevisions, {
      from: revision(1),
      to: revision(2),
      differences: [databaseChanged('10.96.45.12', '10.96.45.21')],
    })
    .answer(kubernetes.rolloutStatus, rollout(true))
    .change(kubernetes.profileSyscalls, { apply: syscalls })
    .change(kubernetes.traceConnects, { apply: connects })
    .change(kubernetes.setEnv, {
      plan: ({ env }) => ({ preimage: { uid: 'd', template: 't', written: 'w', env, exact: true } }),
      apply: ({ kind, name }) => ({ workload: { kind, name, uid: 'd' }, generation: 3, template: 't' }),
    });
  stage
    .person('ana', 'platform-oncall')
    .approves('Trace the system calls of a for 10 s')
    .approves('Set DATABASE of shop/main back to 10.96.45.12');
  const run = await stage.run(connectsToNowhere, { namespace: 'shop', deployment: 'shop' });
  run.ended('completed').found(/never reached 10\.96\.45\.21:5432/);
};
export default scenario;
