import { expect, test } from '@jest/globals';
import { connectionPools } from '../../../activities/prometheus/connection-pools.ts';
import type { OwnQuestion } from '../../../activities/prometheus/templates.ts';
import { PrometheusApi } from '../../../activities/prometheus/http-api.ts';

type Series = readonly [labels: Readonly<Record<string, string>>, value: number];

/** A Prometheus that has these series of HikariCP; `least` and `looks` are what it has seen over the window. */
async function asked(has: {
  readonly active: readonly Series[];
  readonly max: readonly Series[];
  readonly least?: readonly Series[];
  readonly looks?: readonly Series[];
  /** How the configuration asks. */
  readonly own?: OwnQuestion;
}) {
  const { active, max, least = active, looks = active.map(([labels]): Series => [labels, 60]) } = has;
  const at = new Date();
  const series = (query: string): readonly Series[] => {
    if (!query.includes(has.own ? 'shop_pool' : 'hikaricp')) return [];
    if (query.startsWith('timestamp(')) return active.map(([labels]) => [labels, at.getTime() / 1000]);
    if (query.startsWith('min_over_time(')) return least;
    if (query.startsWith('count_over_time(')) return looks;
    return query.includes('_max') ? max : active;
  };
  const api = new PrometheusApi({} as never);
  api.instant = ({ query }) =>
    Promise.resolve({
      data: {
        resultType: 'vector',
        result: series(query).map(([metric, value]) => ({
          metric,
          value: [at.getTime() / 1000, String(value)],
        })),
      },
      warnings: [],
    });
  return connectionPools(api, {
    input: { service: 'shop', window: '5m' },
    own: has.own,
    ...{ maxAgeSeconds: 120, at, signal: new AbortController().signal },
  });
}

const orders = { pod: 'a', pool: 'orders' };
const reports = { pod: 'a', pool: 'reports' };

test('pools of one pod do not add up: the fullest is told', async () => {
  const answer = await asked({
    active: [
      [{ __name__: 'hikaricp_connections_active', ...orders }, 10],
      [reports, 0],
      [{ pod: 'b', pool: 'orders' }, 3],
    ],
    max: [
      [{ __name__: 'hikaricp_connections_max', ...orders }, 10],
      [reports, 10],
      [{ pod: 'b', pool: 'orders' }, 10],
    ],
  });
  expect(answer).toMatchObject({
    state: 'known',
    pods: [
      { pod: 'a', inUse: 10, size: 10, leastInUse: 10 },
      { pod: 'b', inUse: 3, size: 10, leastInUse: 3 },
    ],
  });
});

test('of two that are as full, the one is told whose connections come back least', async () => {
  const full: readonly Series[] = [
    [reports, 10],
    [orders, 10],
  ];
  const least: readonly Series[] = [
    [reports, 2],
    [orders, 10],
  ];
  expect(await asked({ active: full, max: full, least })).toMatchObject({ pods: [{ leastInUse: 10 }] });
});

test('what a pool without a size has in use is not counted for another', async () => {
  const answer = await asked({
    active: [
      [orders, 8],
      [reports, 30],
    ],
    max: [[orders, 10]],
  });
  expect(answer).toMatchObject({ pods: [{ pod: 'a', inUse: 8, size: 10 }] });
});

test('a pool that was measured for less than half of the window was not seen for long enough', async () => {
  const full: readonly Series[] = [[orders, 10]];
  const after = async (looks: readonly Series[]) => asked({ active: full, max: full, looks });
  expect(await after([[orders, 1]])).toMatchObject({ pods: [{ inUse: 10, leastInUse: null }] });
  expect(await after([])).toMatchObject({ pods: [{ inUse: 10, leastInUse: null }] });
  expect(await after([[orders, 55]])).toMatchObject({ pods: [{ inUse: 10, leastInUse: 10 }] });
});

test('what the configuration says of connections is asked first', async () => {
  const own = { used: 'shop_pool_used{app="$service"}', size: 'shop_pool_max{app="$service"}' };
  const full: readonly Series[] = [[orders, 10]];
  expect(await asked({ active: full, max: full, own })).toMatchObject({
    ...{ state: 'known', exporter: 'the configuration', pods: [{ pod: 'a', inUse: 10, size: 10 }] },
    query: 'max((shop_pool_used{app="shop"}) / (shop_pool_max{app="shop"}))',
  });
  const none = await asked({ active: [], max: [], own });
  expect(none).toMatchObject({
    reason: expect.stringContaining('no samples of the configuration (shop_pool_used), HikariCP'),
  });
});

test('a configured share tells nothing of single pools, and where nobody else does, that is said', async () => {
  const own = { needs: 'shop_pool_share', expr: 'max(shop_pool_share)' };
  expect(await asked({ active: [], max: [], own })).toMatchObject({
    ...{ state: 'unknown', reason: expect.stringContaining('write { used, size } there') },
  });
});
