import { kubernetes } from '../../../activities/kubernetes/contract.ts';
import dnsFailure from '../../../runbooks/dns-failure.ts';
import type { Scenario } from '../../../testing/index.ts';
import { pod } from '../pod.ts';
import { rollout } from '../rollout.ts';

const server = (number: number) => ({
  ...pod(`dns-${number}`, { workload: 'dns' }),
  namespace: 'kube-system',
  podIP: `10.244.1.${number}`,
});
const DEAF = '10.244.1.2';

/** Two DNS servers, of which the second answers nobody. */
const scenario: Scenario = async (stage) => {
  let pods = [server(1), server(2)];
  const service = {
    namespace: 'kube-system',
    name: 'kube-dns',
    uid: 'svc',
    created: '2026-11-01T00:00:00Z',
    type: 'ClusterIP',
    clusterIPs: ['10.96.0.10'],
    ports: [],
  };
  stage
    .answer(kubernetes.serviceBackends, {
      service: { ...service, selector: { app: 'dns' }, applied: null, lastEdit: null },
      workloads: [],
    })
    .answer(kubernetes.endpointsOf, {
      service,
      selector: 'app=dns',
      ready: 2,
      endpoints: [],
      mismatches: [],
    })
    .answer(kubernetes.listPods, () => ({ pods }))
    .answer(kubernetes.listNodes, {
      nodes: [
        {
          name: 'n1',
          uid: 'n1',
          ready: 'True',
          unschedulable: false,
          cordonedBy: null,
          zone: null,
          kubeletVersion: 'v1',
        },
      ],
    })
    .answer(kubernetes.configurationOf, { found: true, references: [], sources: [] })
    .answer(kubernetes.podLogs, ({ unexpected }) => ({
      container: 'main',
      available: true,
      linesRead: 1,
      expected: [],
      unexpected: unexpected.map((pattern) => ({ pattern, count: 0 })),
      lines: [],
    }))
    .answer(kubernetes.rolloutStatus, rollout(true))
    .change(kubernetes.lookUpFromNode, {
      apply: ({ node, server }) =>
        server === DEAF
          ? { node, verdict: 'fail', reason: 'no answer', answer: 'silent', addresses: [] }
          : { node, verdict: 'pass', reason: 'an address', answer: 'address', addresses: [] },
    })
    .change(kubernetes.deletePod, {
      apply: ({ pod: { namespace, name, uid = '' } }) => {
        pods = [server(1), server(3)];
        return { namespace, name, uid, note: 'deleted' };
      },
    });
  stage.person('ana', 'platform-oncall').approves('Replace the DNS server dns-2');
  const run = await stage.run(dnsFailure, {});
  run
    .ended('completed')
    .changed('Delete pod kube-system/dns-2')
    .reminds(/dns-2 was replaced/);
};
export default scenario;
