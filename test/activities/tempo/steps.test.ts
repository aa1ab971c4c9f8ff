/** Bodies in the form in which Tempo's documentation and Tempo 2 give them. */
import { afterEach, expect, test } from '@jest/globals';
import { createTempoSteps } from '../../../activities/tempo/steps.ts';
import { createReader, type Asked, type Said } from '../read-from-server.ts';

const tempo = createReader('jaeger', (url) =>
  createTempoSteps({ url, requestIdTags: ['request_id', 'x id'] }),
);
const { asked, read } = tempo;
afterEach(tempo.close);

const ID = '5b8efff798038103d269b633813fc60c';
const START = BigInt(Date.parse('2026-11-22T02:47:00Z')) * 1_000_000n;
const nanos = (ms: number) => String(START + BigInt(ms) * 1_000_000n);
const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64');
interface Sketch {
  readonly id: string;
  readonly parent?: string;
  readonly name: string;
  readonly at?: number;
  readonly ms: number;
  readonly error?: string;
}
/** As Tempo's first API gives a service's spans: ids in base64, enumerations by name. */
const batch = (service: string, spans: readonly Sketch[]) => ({
  resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
  scopeSpans: [
    {
      scope: { name: 'otel' },
      spans: spans.map(({ id, parent, name, at = 0, ms, error }) => ({
        ...{ traceId: base64(ID), spanId: base64(id), ...(parent && { parentSpanId: base64(parent) }) },
        ...{ name, kind: 'SPAN_KIND_SERVER', attributes: [{ key: 'n', value: { intValue: '7' } }] },
        ...{ startTimeUnixNano: nanos(at), endTimeUnixNano: nanos(at + ms) },
        status: error === undefined ? {} : { code: 'STATUS_CODE_ERROR', message: error },
      })),
    },
  ],
});
const [A, B, C] = ['563d623c76514f8e', '00f067aa0ba902b7', '00f067aa0ba902b8'] as const;
const PAY = {
  batches: [
    batch('api', [{ id: A, name: 'POST /pay', ms: 2_000 }]),
    batch('ledger', [{ id: B, parent: A, name: 'book', at: 100, ms: 1_800, error: 'lock timeout' }]),
    batch('cache', [{ id: C, parent: B, name: 'GET', at: 150, ms: 1_700 }]),
  ],
};

test('a trace by its traceparent: the path of the time, and what failed, as Jaeger’s', async () => {
  const answer = await read('trace', { traceparent: `00-${ID}-${B}-01` }, () => ({ body: PAY }));
  expect(asked).toEqual([{ path: `/api/traces/${ID}`, params: {} }]);
  expect(answer).toMatchObject({
    ...{ state: 'known', traceId: ID, spans: 3, durationMs: 2_000, complete: true, orphans: [] },
    ...{ root: { service: 'api', operation: 'POST /pay' }, services: ['api', 'cache', 'ledger'] },
    slowest: { service: 'cache', operation: 'GET', selfMs: 1_700, share: 0.85 },
    errors: [{ service: 'ledger', operation: 'book', message: 'lock timeout' }],
    criticalPath: [{ spanId: A }, { spanId: B }, { spanId: C }],
  });
});

test('OTLP’s own JSON is read too: resourceSpans, ids in digits, enumerations as numbers', async () => {
  const answer = await read('trace', { traceId: ID }, () => ({
    body: {
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'order-service' } }] },
          scopeSpans: [
            {
              spans: [
                {
                  ...{ traceId: ID.toUpperCase(), spanId: 'EEE19B7EC3C1B173', parentSpanId: '', kind: 2 },
                  ...{ name: 'POST /orders', startTimeUnixNano: nanos(0), endTimeUnixNano: nanos(145) },
                  status: { code: 2 },
                  events: [
                    { attributes: [{ key: 'exception.message', value: { stringValue: 'no stock' } }] },
                  ],
                },
              ],
            },
          ],
        },
      ],
    },
  }));
  expect(answer).toMatchObject({
    ...{ spans: 1, durationMs: 145, root: { service: 'order-service', operation: 'POST /orders' } },
    ...{ errors: [{ message: 'no stock' }], criticalPath: [{ spanId: 'eee19b7ec3c1b173' }] },
  });
});

test('no such trace is unknown; what is not Tempo says 404 to everything', async () => {
  const none = ({ path }: Asked): Said =>
    path === '/api/echo' ? { body: 'echo' } : { status: 404, body: '' };
  expect(await read('trace', { traceId: 'ab' }, none)).toMatchObject({
    ...{ state: 'unknown', why: 'not-found', reason: expect.stringContaining('no trace ab: it was not') },
  });
  expect(asked.map(({ path }) => path)).toEqual([`/api/traces/${'ab'.padStart(32, '0')}`, '/api/echo']);
  await expect(read('trace', { traceId: 'ab' }, () => ({ status: 404, body: 'x' }))).rejects.toMatchObject({
    ...{ kind: 'invalid', message: expect.stringMatching(/is not Tempo's API$/) },
  });
});

/** The documentation's answer to `{ status=error }`, with what the questions of the steps select. */
const found = (spans: readonly object[], matched = spans.length) => ({
  traces: [
    {
      ...{ traceID: '2f3e0cee77ae5dc9c17ade3689eb2e54', rootServiceName: 'shop-backend' },
      ...{ rootTraceName: 'update-billing', startTimeUnixNano: nanos(0), durationMs: 557 },
      spanSets: [{ spans, matched }],
    },
  ],
  metrics: { totalBlocks: 13 },
});
const span = (name: string, ms: number, error?: string) => ({
  ...{ spanID: '563d623c76514f8e', name, startTimeUnixNano: nanos(0), durationNanos: String(ms * 1_000_000) },
  attributes: [
    { key: 'status', value: { stringValue: error === undefined ? 'unset' : 'error' } },
    ...(error === undefined ? [] : [{ key: 'statusMessage', value: { stringValue: error } }]),
  ],
});

test('by the id of a request: traces with a span of the service that is so tagged', async () => {
  const answer = await read('trace', { requestId: 'r"1', service: 'api' }, ({ path, params }) => {
    if (path !== '/api/search') return { body: PAY };
    return { body: params['q']!.includes('.request_id') ? { traces: [{ traceID: ID }] } : { metrics: {} } };
  });
  expect(answer).toMatchObject({ state: 'known', traceId: ID, others: [] });
  const questions = asked.filter(({ path }) => path === '/api/search').map(({ params }) => params);
  expect(questions.map(({ q }) => q).sort()).toEqual([
    '{ resource.service.name = "api" && ."x id" = "r\\"1" }',
    '{ resource.service.name = "api" && .request_id = "r\\"1" }',
  ]);
  expect(questions[0]).toMatchObject({
    ...{ limit: '10', start: expect.stringMatching(/^\d{10}$/), end: expect.stringMatching(/^\d{10}$/) },
  });
});

test('slowest and failing operations, beside an hour before', async () => {
  const now = Date.now() / 1000;
  const answer = ({ params }: Asked): Said => {
    return Number(params['end']) > now - 60
      ? { body: found([span('GET /', 20), span('POST /pay', 557, 'card declined'), span('POST /pay', 90)]) }
      : { body: found([span('POST /pay', 50)]) };
  };
  expect(await read('slowest', { service: 'shop' }, answer)).toMatchObject({
    ...{ state: 'known', traces: 1, tracesBefore: 1, truncated: false },
    operations: [
      { operation: 'POST /pay', count: 2, maxMs: 557, before: { count: 1, p95Ms: 50 } },
      { operation: 'GET /', count: 1, p95Ms: 20 },
    ],
  });
  expect(new Set(asked.map(({ params }) => params['q']))).toEqual(
    new Set([
      '{ resource.service.name = "shop" && (kind = server || kind = consumer) } | select(name, status, statusMessage)',
    ]),
  );
  expect(await read('errorsBy', { service: 'shop' }, answer)).toMatchObject({
    operations: [{ operation: 'POST /pay', count: 2, errors: 1, ratio: 0.5, message: 'card declined' }],
  });
});

test('more spans than are told is said; no trace is unknown', async () => {
  expect(
    await read('slowest', { service: 'shop' }, () => ({ body: found([span('GET /', 20)], 400) })),
  ).toMatchObject({ truncated: true });
  expect(await read('slowest', { service: 'shop' }, () => ({ body: { traces: [] } }))).toMatchObject({
    ...{ state: 'unknown', reason: expect.stringMatching(/^Tempo has no trace of shop in 15m/) },
  });
});

test('a question that Tempo refuses, an answer of something else, and a tenant', async () => {
  const refuses = () => ({ status: 400, body: 'invalid TraceQL query: parse error at line 1, col 3' });
  await expect(read('slowest', { service: 'shop' }, refuses)).rejects.toMatchObject({
    ...{
      kind: 'invalid',
      message: 'Tempo refused the question: invalid TraceQL query: parse error at line 1, col 3',
    },
  });
  await expect(read('slowest', { service: 'shop' }, () => ({ body: '<html>' }))).rejects.toMatchObject({
    kind: 'invalid',
  });
  const ofTenant = (url: string) => createTempoSteps({ url, tenant: 'shop', requestIdTags: ['request_id'] });
  await read('trace', { traceId: ID }, () => ({ body: PAY }), ofTenant);
  expect(tempo.requests()[0]?.headers).toMatchObject({ 'x-scope-orgid': 'shop' });
});

test('a proxy that says back what it was sent does not get the token into a message', async () => {
  const withToken = (url: string) =>
    createTempoSteps({ url, token: () => 'glc_secret', requestIdTags: ['request_id'] });
  for (const status of [400, 403, 500])
    await expect(
      read('slowest', { service: 'shop' }, () => ({ status, body: 'refused Bearer glc_secret' }), withToken),
    ).rejects.toMatchObject({ message: expect.not.stringContaining('glc_secret') });
  expect(tempo.requests()[0]?.headers).toMatchObject({ authorization: 'Bearer glc_secret' });
});
