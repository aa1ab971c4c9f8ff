import { afterEach, expect, test } from '@jest/globals';
import { below, errorRate, REQUEST_METRIC } from '../../../activities/prometheus/error-rate.ts';
import { PrometheusApi } from '../../../activities/prometheus/http-api.ts';
import { serve, type TestServer } from './http-server.ts';

const NOW = new Date('2026-11-21T02:47:00Z');
let server: TestServer | undefined;
afterEach(async () => server?.close());

/** Answers each of the expressions with a value, or with an empty vector. */
async function rateOf(
  values: { errors?: string; total?: string; newest?: string; tooNew?: string },
  warnings: string[] = [],
) {
  server = await serve((request, response) => {
    const query = new URL(request.url!, 'http://x').searchParams.get('query')!;
    const value = query.includes('timestamp')
      ? values.newest
      : query.includes('unless')
        ? values.tooNew
        : query.includes('5..')
          ? values.errors
          : values.total;
    const result = value === undefined ? [] : [{ metric: {}, value: [NOW.getTime() / 1000, value] }];
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result }, warnings }));
  });
  return errorRate(new PrometheusApi({ url: server.url }), {
    metric: REQUEST_METRIC,
    question: { service: 'shop', namespace: 'shop' },
    at: NOW,
    signal: new AbortController().signal,
  });
}
const fresh = String(NOW.getTime() / 1000 - 2);

test('a known rate says how old its newest sample is', async () => {
  expect(await rateOf({ errors: '3', total: '20', newest: fresh })).toMatchObject({
    state: 'known',
    ratio: 0.15,
    errorsPerSecond: 3,
    totalPerSecond: 20,
    ageSeconds: 2,
    at: '2026-11-21T02:46:58.000Z',
  });
});

test('no 5xx was ever counted: none, not unknown', async () => {
  expect(await rateOf({ total: '20', newest: fresh })).toMatchObject({ state: 'known', ratio: 0 });
});

test.each([
  ['nothing was ever counted', {}, 'empty'],
  ['one sample is no rate', { newest: fresh }, 'empty'],
  [
    'the counter stopped five minutes ago',
    { errors: '0', total: '20', newest: String(NOW.getTime() / 1000 - 300) },
    'stale',
  ],
  ['a first 503 after the 500s', { errors: '0', total: '20', newest: fresh, tooNew: '1' }, 'empty'],
  ['nobody asks', { errors: '0', total: '0', newest: fresh }, 'no-traffic'],
  ['NaN', { errors: 'NaN', total: '20', newest: fresh }, 'nan'],
  ['infinity', { errors: '1', total: '+Inf', newest: fresh }, 'nan'],
])('%s is unknown', async (_, values, why) => {
  const rate = await rateOf(values);
  expect(rate).toMatchObject({ state: 'unknown', why });
  expect(below(rate, 1).verdict).toBe('unknown');
});

test('an answer in part is unknown', async () => {
  expect(await rateOf({ errors: '0', total: '20', newest: fresh }, ['a store is down'])).toMatchObject({
    state: 'unknown',
    why: 'warnings',
  });
});

test.each([
  [0, 'pass'],
  [0.009, 'pass'],
  [0.01, 'fail'],
  [1, 'fail'],
] as const)('%d against a limit of one per cent: %s', (ratio, verdict) => {
  const rate = {
    state: 'known' as const,
    ratio,
    errorsPerSecond: ratio,
    totalPerSecond: 1,
    at: NOW.toISOString(),
    ageSeconds: 0,
    query: '',
  };
  expect(below(rate, 0.01)).toMatchObject({ verdict, ratio });
});

/** What is asked where each of these series has a fresh sample, and what is answered. */
async function asked(
  series: readonly string[],
  o: { own?: { all: string; failed: string }; warnings?: string[]; service?: string; stale?: string } = {},
) {
  const queries: string[] = [];
  server = await serve((request, response) => {
    const query = new URL(request.url!, 'http://x').searchParams.get('query')!;
    queries.push(query);
    const there = query.includes('timestamp')
      ? series.some((s) => query.includes(s))
      : !query.includes('unless');
    const age = o.stale !== undefined && query.includes(o.stale) ? 600 : 2;
    const value = query.includes('timestamp') ? String(NOW.getTime() / 1000 - age) : '1';
    const result = there ? [{ metric: {}, value: [NOW.getTime() / 1000, value] }] : [];
    const warnings = query.includes('istio') ? o.warnings : undefined;
    response.end(
      JSON.stringify({
        status: 'success',
        data: { resultType: 'vector', result },
        ...(warnings && { warnings }),
      }),
    );
  });
  const { service = 'api', own } = o;
  const rate = await errorRate(new PrometheusApi({ url: server.url }), {
    metric: { ...REQUEST_METRIC, serviceLabel: 'app', own },
    ...{ question: { service, namespace: 'shop' }, at: NOW, signal: new AbortController().signal },
  });
  return { rate, queries };
}

for (const [all, failed] of [
  [
    'http_requests_total{code!="",app="api",namespace="shop"}',
    'http_requests_total{code=~"5..",app="api",namespace="shop"}',
  ],
  [
    'http_requests_total{status!="",app="api",namespace="shop"}',
    'http_requests_total{status=~"5..",app="api",namespace="shop"}',
  ],
  [
    'http_server_request_duration_seconds_count{http_response_status_code!="",app="api",namespace="shop"}',
    'http_server_request_duration_seconds_count{http_response_status_code=~"5..",app="api",namespace="shop"}',
  ],
  [
    'istio_requests_total{response_code!="",reporter="destination",destination_service_name="api",destination_service_namespace="shop"}',
    'istio_requests_total{response_code=~"5..",reporter="destination",destination_service_name="api",destination_service_namespace="shop"}',
  ],
  [
    'nginx_ingress_controller_requests{status!="",exported_service="api",exported_namespace="shop"}',
    'nginx_ingress_controller_requests{status=~"5..",exported_service="api",exported_namespace="shop"}',
  ],
] as const) {
  test(`requests counted as ${all} answer`, async () => {
    const { rate } = await asked([all]);
    expect(rate).toMatchObject({
      state: 'known',
      ageSeconds: 2,
      query: `sum(rate(${failed}[1m])) / sum(rate(${all}[1m]))`,
    });
  });
}

test('fresh counters come before old ones of an exporter that is asked earlier', async () => {
  const { rate } = await asked(['http_requests_total{code', 'istio_requests_total'], {
    stale: 'http_requests_total',
  });
  expect(rate).toMatchObject({ state: 'known', query: expect.stringMatching(/^sum\(rate\(istio/) });
});

test('the counters of the configuration are asked first, and labels are quoted', async () => {
  const own = { all: 'asked{of="$service"}', failed: 'asked{of="$service",ok="no"}' };
  const { rate, queries } = await asked(['asked{', 'http_requests_total'], { own });
  expect(rate).toMatchObject({
    state: 'known',
    query: 'sum(rate(asked{of="api",ok="no"}[1m])) / sum(rate(asked{of="api"}[1m]))',
  });
  expect(queries).toContain('count(asked{of="api",ok="no"} unless rate(asked{of="api",ok="no"}[1m]))');
  await server!.close();
  const { queries: quoted } = await asked(['http_requests_total'], { service: 'a"b' });
  expect(quoted).toContain('max(timestamp(http_requests_total{code!="",app="a\\"b",namespace="shop"}))');
});

test('who counts is not known where Prometheus answers in part', async () => {
  const { rate } = await asked(['http_requests_total'], { warnings: ['a store is down'] });
  expect(rate).toMatchObject({
    state: 'unknown',
    why: 'warnings',
    reason: expect.stringContaining('a store is down'),
  });
});

test('requests that nobody counts: the reason says what was looked for', async () => {
  const { rate } = await asked([]);
  expect(rate).toMatchObject({
    state: 'unknown',
    why: 'empty',
    reason: expect.stringMatching(
      /^no requests to api were ever counted by status: there are no samples of .*Istio \(istio_requests_total\)/,
    ),
  });
});
