import { afterEach, expect, test } from '@jest/globals';
import {
  below,
  errorRate,
  errorRateQueries,
  REQUEST_METRIC,
} from '../../../activities/prometheus/error-rate.ts';
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

test('labels are quoted, and the metric is set in one place', () => {
  const { errors, newest } = errorRateQueries(
    {
      ...REQUEST_METRIC,
      name: 'requests',
      serviceLabel: 'app',
      namespaceLabel: null,
      codeLabel: 'status',
      window: '5m',
    },
    { service: 'a"b', namespace: 'n' },
  );
  expect(errors).toBe('sum(rate(requests{app="a\\"b",status=~"5.."}[5m]))');
  expect(newest).toBe('max(timestamp(requests{app="a\\"b"}))');
});
