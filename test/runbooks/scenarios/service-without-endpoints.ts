import { kubernetes } from '../../../activities/kubernetes/contract.ts';
import type { Scenario } from '../../../testing/index.ts';
import { pod } from '../pod.ts';

const offered = (version: string, selected: boolean) => ({
  labels: { app: 'shop', version },
  ports: [{ container: 'main', name: 'http', port: 8080, protocol: 'TCP' }],
  selected,
});

const scenario: Scenario = async (stage) => {
  let selector: Record<string, string> = { app: 'shop', version: '1' };
  const ports = () => [
    {
      name: 'http',
      protocol: 'TCP' as const,
      port: 80,
      targetPort: 'http',
      readyEndpoints: selector['version'] === '2' ? 2 : 0,
    },
  ];
  stage
    .answer(kubernetes.serviceBackends, (_, { ago }) => ({
      service: { uid: 'svc', type: 'ClusterIP', selector, ports: ports(), applied: null, lastEdit: null },
      workloads: [
        {
          kind: 'Deployment',
          name: 'shop',
          uid: 'd',
          replicas: 2,
          ...offered('2', selector['version'] === '2'),
          before: { ...offered('1', selector['version'] === '1'), revision: 1, until: ago(300) },
        },
      ],
    }))
    .answer(kubernetes.listPods, ({ selector: asked }) => ({ pods: asked ? [] : [pod('a'), pod('b')] }))
    .answer(kubernetes.endpointsOf, ({ namespace, service: name }) => ({
      service: {
        namespace,
        name,
        uid: 'svc',
        created: '2026-11-01T00:00:00Z',
        type: 'ClusterIP',
        clusterIPs: [],
        ports: ports(),
      },
      selector: null,
      ready: 0,
      endpoints: [],
      mismatches: [],
    }))
    .change(kubernetes.setServiceTarget, {
      apply: () => {
        selector = { app: 'shop', version: '2' };
        return { uid: 'svc', selector, targetPorts: {} };
      },
    });
  stage.person('ana', 'platform-oncall').approves('Lead Service shop to Deployment shop again');
  const run = await stage.alert({
    alertname: 'KubeServiceWithoutEndpoints',
    labels: { namespace: 'shop', service: 'shop' },
  });
  run
    .ended('completed')
    .returned({ service: 'shop', leadsTo: 'shop' })
    .changed('Service shop/shop: select version=2')
    .reminds(/the manifest of Service shop\/shop/, { of: 'platform-oncall', at: 'next working day 09:30' });
};
export default scenario;
