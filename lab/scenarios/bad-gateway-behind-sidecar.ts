import { applyManifests } from '../control-plane/apply-manifests.ts';
import type { Scenario } from './scenario.ts';
import { deployment } from './shop.ts';
import { program, service, untilMeasured, users } from './with-users.ts';

const PAGES = '10.96.45.33';

export const badGatewayBehindSidecar: Scenario = {
  shows:
    'pages needs 32m of CPU for what it is asked and may use 20m: the sidecar in front of it gives up waiting and says 502.',
  async play({ api, details }) {
    await applyManifests(api, [
      service('pages', { address: PAGES, port: 8080 }),
      deployment({
        name: 'pages',
        container: {
          ...program(details, { mode: 'storefront', app: 'pages' }),
          // Before it listens the sidecar would be refused, which is another fault.
          startupProbe: { tcpSocket: { port: 8081 }, periodSeconds: 1, failureThreshold: 300 },
          resources: { requests: { cpu: '10m' }, limits: { cpu: '20m' } },
        },
        beside: [
          {
            name: 'sidecar',
            ...program(details, { mode: 'sidecar', app: 'pages' }),
            readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
          },
        ],
      }),
      users(details, { of: 'pages', url: `http://${PAGES}:8080/`, perSecond: 8 }),
    ]);
    await untilMeasured(details, 'sum(rate(http_requests_total{service="pages",code="502"}[15s])) > 1');
    const app = '{namespace="shop",container="app",pod=~"pages-[0-9a-f]+-.*"}[1m]';
    await untilMeasured(
      details,
      `sum(increase(container_cpu_cfs_throttled_periods_total${app})) / sum(increase(container_cpu_cfs_periods_total${app})) > 0.8`,
    );
  },
};
