import { hosts } from '../../../activities/hosts/contract.ts';
import { kubernetes } from '../../../activities/kubernetes/contract.ts';
import { tickets } from '../../../activities/tickets/contract.ts';
import { KUBELET_PATTERNS } from '../../../runbooks/analysis/kubelet-diagnosis.ts';
import nodeNotReady from '../../../runbooks/node-not-ready.ts';
import type { Scenario } from '../../../testing/index.ts';
import { nodeDescribed } from '../node.ts';
import { journalWith, serviceRunning } from '../service-status.ts';

/** n3 does not report, because its kubelet was stopped. */
const scenario: Scenario = async (stage) => {
  let runs = false;
  const ready = (node: string) => (node === 'n3' && !runs ? 'Unknown' : 'True');
  stage
    .answer(kubernetes.listNodes, (_, { ago }) => ({
      nodes: ['n1', 'n2', 'n3'].map((name) => ({
        name,
        uid: name,
        ready: ready(name),
        since: ago(60),
        unschedulable: false,
        cordonedBy: null,
        zone: null,
        kubeletVersion: 'v1.34.4',
      })),
    }))
    .answer(kubernetes.describeNode, ({ node }) => nodeDescribed(node, { ready: ready(node) }))
    .answer(kubernetes.listEvents, { events: [] })
    .answer(kubernetes.nodeReady, () => ({ verdict: runs ? 'pass' : 'unknown', reason: 'looked' }))
    .answer(hosts.hostAnswers, ({ host }) => ({
      verdict: 'pass',
      reason: `${host} answers`,
      host,
      bootId: 'boot',
      clockAheadMs: 0,
    }))
    .answer(hosts.serviceStatus, ({ host, unit }) =>
      serviceRunning(unit, {
        host,
        ...(unit === 'kubelet.service' && !runs && { activeState: 'inactive', subState: 'dead' }),
      }),
    )
    .answer(hosts.journal, journalWith(KUBELET_PATTERNS, { stopped: 60 }))
    .change(hosts.restartService, {
      apply: (_, { ago }) => {
        runs = true;
        return { startedAt: ago(0), invocationId: 'j', mainPid: 2, activeState: 'active' };
      },
    })
    .change(tickets.open, {
      plan: { preconditions: { ticket: 'NS-0123456789' } },
      apply: { ticket: 'NS-0123456789', location: 'tickets/1' },
    });
  stage.person('ana', 'platform-oncall').approves('Restart kubelet.service on n3');
  const run = await stage.run(nodeNotReady, { node: 'n3' });
  run
    .ended('completed')
    .changed('Restart kubelet.service on n3')
    .reminds(/Why did kubelet.service/);
};
export default scenario;
