import { expect, test } from '@jest/globals';
import type { ServiceSummary } from '../../../activities/kubernetes/contract.ts';
import { dependencyService } from '../../../runbooks/analysis/dependency-service.ts';

const service = (
  namespace: string,
  name: string,
  ip: string,
  port: number,
  protocol: 'TCP' | 'UDP' = 'TCP',
): ServiceSummary => ({
  namespace,
  name,
  uid: name,
  created: '2026-11-21T00:00:00Z',
  type: 'ClusterIP',
  clusterIPs: [ip],
  ports: [{ name: 'p', protocol, port, targetPort: String(port), readyEndpoints: 2 }],
});
const services = [
  service('payments', 'postgres', '10.96.45.12', 5432),
  service('other', 'postgres', '10.96.45.99', 5432),
  service('payments', 'dns', '10.96.0.53', 53, 'UDP'),
  service('payments', 'headless', 'None', 80),
];
const from = { services, namespace: 'payments' };

test.each([
  ['10.96.45.12', 5432, 'payments/postgres'],
  ['postgres', 5432, 'payments/postgres'],
  ['postgres.other', 5432, 'other/postgres'],
  ['postgres.other.svc.cluster.local', 5432, 'other/postgres'],
  // Not Services of this cluster, or not on that port: an address from a log is never asked on its own word.
  ['10.96.45.12', 5433, undefined],
  ['169.254.169.254', 80, undefined],
  ['postgres.other.example.com', 5432, undefined],
  ['dns', 53, undefined],
  ['headless', 80, undefined],
])('%s:%d', (host, port, expected) => {
  const found = dependencyService({ host, port }, from);
  expect(found && `${found.namespace}/${found.service}`).toBe(expected);
});

test('the address that is used is the Service’s own', () => {
  expect(dependencyService({ host: 'postgres', port: 5432 }, from)).toEqual({
    namespace: 'payments',
    service: 'postgres',
    address: '10.96.45.12',
    port: 5432,
    readyEndpoints: 2,
  });
});
