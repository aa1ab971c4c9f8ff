import { applyManifests } from '../control-plane/apply-manifests.ts';
import type { LabDetails } from '../details.ts';
import type { Scenario } from './scenario.ts';
import { deployment, untilReleased } from './shop.ts';
import { program, service, untilMeasured, users } from './with-users.ts';

const WISHLIST = '10.96.45.31';
const CACHE = '10.96.45.32';

const ready = (port: number) => ({ readinessProbe: { tcpSocket: { port }, periodSeconds: 1 } });

const cache = (details: LabDetails, release: string, env: Readonly<Record<string, string>>) =>
  deployment({
    name: 'wishlist-cache',
    labels: { release },
    container: { ...program(details, { mode: 'cache', app: 'wishlist-cache', env }), ...ready(6379) },
  });

export const slowRequests: Scenario = {
  shows:
    'A release of wishlist-cache sweeps before each answer: whoever asks wishlist waits for it. Logs and traces are in Loki and Jaeger where these run (`nightshift lab add loki`, `nightshift lab add jaeger`).',
  async play({ api, details }) {
    await applyManifests(api, [
      service('wishlist', { address: WISHLIST, port: 8080 }),
      service('wishlist-cache', { address: CACHE, port: 6379 }),
      cache(details, '1', { SWEEP: 'hourly' }),
      deployment({
        name: 'wishlist',
        container: {
          ...program(details, { mode: 'wishlist', env: { CACHE: `${CACHE}:6379` } }),
          ...ready(8080),
        },
      }),
      users(details, { of: 'wishlist', url: `http://${WISHLIST}:8080/wishlist`, perSecond: 5 }),
    ]);
    await untilMeasured(details, 'sum(rate(http_requests_total{service="wishlist",code="200"}[15s])) > 1');
    await applyManifests(api, [cache(details, '2', { SWEEP: 'each-read' })]);
    await untilReleased(api, 'wishlist-cache', '2');
    await untilMeasured(
      details,
      'histogram_quantile(0.5, sum by (le) (rate(http_request_duration_seconds_bucket{service="wishlist"}[15s]))) > 0.6',
    );
  },
};
