import { applyManifests } from '../control-plane/apply-manifests.ts';
import type { LabDetails } from '../details.ts';
import type { Scenario } from './scenario.ts';
import { deployment, untilReleased } from './shop.ts';
import { program, service, untilMeasured, users } from './with-users.ts';

const INVOICES = '10.96.45.34';

const invoices = (details: LabDetails, release: string, env: Readonly<Record<string, string>>) =>
  deployment({
    name: 'invoices',
    labels: { release },
    container: {
      ...program(details, { mode: 'invoices', env }),
      ports: [{ name: 'http', containerPort: 8080 }],
      readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
    },
  });

export const connectionPoolExhaustion: Scenario = {
  shows:
    'A release of invoices keeps the connection of each order that has nothing in it: its pool of 8 to the database is soon in use, by nobody.',
  async play({ api, details }) {
    await applyManifests(api, [
      service('invoices', { address: INVOICES, port: 8080 }),
      invoices(details, '1', {}),
      users(details, { of: 'invoices', url: `http://${INVOICES}:8080/invoice`, perSecond: 10 }),
    ]);
    await untilReleased(api, 'invoices', '1');
    await applyManifests(api, [invoices(details, '2', { RETURN_ON_ERROR: 'no' })]);
    await untilReleased(api, 'invoices', '2');
    await untilMeasured(details, 'sum(rate(http_requests_total{service="invoices",code="503"}[15s])) > 1');
  },
};
