/** Bodies in the form in which Jaeger 1.62 gives them to its own pages. */
import { afterEach, expect, test } from '@jest/globals';
import { createJaegerSteps } from '../../../activities/jaeger/steps.ts';
import { createReader, type Asked, type Said } from '../read-from-server.ts';

const jaeger = createReader('jaeger', (url) =>
  createJaegerSteps({ url, requestIdTags: ['request_id', 'request.id'] }),
);
const { asked, read: call } = jaeger;
afterEach(jaeger.close);

const ID = '5b8efff798038103d269b633813fc60c';
const START = Date.parse('2026-11-22T02:47:00Z') * 1000;
interface Sketch {
  id: string;
  parent?: string;
  service?: string;
  operation: string;
  at?: number;
  ms: number;
  error?: string;
}
const trace = (traceID: string, spans: readonly Sketch[]) => ({
  traceID,
  spans: spans.map(({ id, parent, service = 'api', operation, at = 0, ms, error }) => ({
    traceID,
    spanID: id,
    operationName: operation,
    references: parent === undefined ? [] : [{ refType: 'CHILD_OF', traceID, spanID: parent }],
    startTime: START + at * 1000,
    duration: ms * 1000,
    tags: [
      { key: 'span.kind', type: 'string', value: 'server' },
      ...(error === undefined
        ? []
        : [
            { key: 'error', type: 'bool', value: true },
            { key: 'otel.status_description', type: 'string', value: error },
          ]),
    ],
    logs: [],
    processID: service,
    warnings: null,
  })),
  processes: Object.fromEntries(
    ['api', 'ledger', 'cache'].map((name) => [name, { serviceName: name, tags: [] }]),
  ),
  warnings: null,
});
const found = (...data: object[]): Said => ({
  body: { data, total: 0, limit: 0, offset: 0, errors: null },
});
const PAY = trace(ID, [
  { id: 'a', operation: 'POST /pay', ms: 2_000 },
  { id: 'b', parent: 'a', service: 'ledger', operation: 'book', at: 100, ms: 1_800, error: 'lock timeout' },
  { id: 'c', parent: 'b', service: 'cache', operation: 'GET', at: 150, ms: 1_700 },
]);

test('a traceparent is the trace of its second part; the time went to the cache', async () => {
  const answer = await call('trace', { traceparent: `00-${ID}-00f067aa0ba902b7-01` }, () => found(PAY));
  expect(asked).toEqual([{ path: `/api/traces/${ID}`, params: {} }]);
  expect(answer).toMatchObject({
    state: 'known',
    startedAt: '2026-11-22T02:47:00.000Z',
    durationMs: 2_000,
    root: { service: 'api', operation: 'POST /pay' },
    services: ['api', 'cache', 'ledger'],
    complete: true,
    criticalPath: [
      { spanId: 'a', selfMs: 200, share: 0.1 },
      { spanId: 'b', selfMs: 100 },
      { spanId: 'c', selfMs: 1_700, share: 0.85 },
    ],
    slowest: { service: 'cache', operation: 'GET', selfMs: 1_700 },
    errors: [{ service: 'ledger', operation: 'book', message: 'lock timeout' }],
    timeline: [
      { operation: 'POST /pay', fromMs: 0, durationMs: 2_000, failed: false },
      { operation: 'book', fromMs: 100, durationMs: 1_800, failed: true, caller: 'api' },
      { operation: 'GET', fromMs: 150, caller: 'ledger' },
    ],
  });
});

test('a span whose parent is missing names the service that it came to', async () => {
  const broken = trace(ID, [
    { id: 'a', operation: 'POST /pay', ms: 100 },
    { id: 'c', parent: 'lost', service: 'cache', operation: 'GET', at: 10, ms: 5_000 },
  ]);
  expect(await call('trace', { traceId: ID }, () => found(broken))).toMatchObject({
    complete: false,
    orphans: ['cache'],
    root: { service: 'api' },
    durationMs: 100,
  });
});

test('a trace that is not there is unknown', async () => {
  const none = {
    status: 404,
    body: { data: null, total: 0, limit: 0, offset: 0, errors: [{ code: 404, msg: 'trace not found' }] },
  };
  expect(await call('trace', { traceId: ID }, () => none)).toMatchObject({
    state: 'unknown',
    why: 'not-found',
    reason: expect.stringMatching(/not sampled, has not arrived yet/),
  });
});

test('a request is looked for by every tag that may hold its id', async () => {
  const answer = await call('trace', { requestId: 'req-7', service: 'api' }, ({ params }) =>
    params['tags'] === '{"request.id":"req-7"}'
      ? found(trace('aa', [{ id: 'x', operation: 'o', ms: 1 }]), PAY)
      : found(),
  );
  expect(answer).toMatchObject({ state: 'known', traceId: ID, others: ['aa'] });
  expect(asked.map((a) => a.params['tags'])).toEqual(['{"request_id":"req-7"}', '{"request.id":"req-7"}']);
  expect(await call('trace', { requestId: 'req-8', service: 'api' }, () => found())).toMatchObject({
    state: 'unknown',
    reason: expect.stringMatching(/no span of api in 1h is tagged request_id or request\.id = req-8/),
  });
});

for (const [what, input] of [
  ['a trace of zeros', { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` }],
  ['a span of zeros', { traceparent: `00-${ID}-0000000000000000-01` }],
  ['upper case', { traceId: ID.toUpperCase() }],
  ['a path', { traceId: '../services' }],
] as const) {
  test(`${what} is no trace`, async () => {
    await expect(call('trace', input, () => found(PAY))).rejects.toThrow();
    expect(asked).toEqual([]);
  });
}

/** What Jaeger gives for the time now, and for an hour before. */
const times =
  (now: object[], before: object[]) =>
  ({ params }: Asked): Said =>
    Number(params['end']) / 1000 > Date.now() - 1_800_000 ? found(...now) : found(...before);
const requests = (operation: string, milliseconds: readonly number[], errors = 0, from = 0) =>
  milliseconds.map((ms, i) =>
    trace(`${operation.length}${from + i}`.padStart(16, 'a'), [
      { id: 'a', operation, ms, ...(i < errors ? { error: 'no connection' } : {}) },
      { id: 'b', parent: 'a', operation: 'inner', ms: ms / 2 },
    ]),
  );

test('the slowest operations come with the hour before', async () => {
  const answer = await call(
    'slowest',
    { service: 'api' },
    times([...requests('/pay', [100, 200, 900]), ...requests('/list', [5])], requests('/pay', [90, 110])),
  );
  expect(answer).toMatchObject({
    state: 'known',
    traces: 4,
    tracesBefore: 2,
    truncated: false,
    operations: [
      { operation: '/pay', count: 3, p50Ms: 200, p95Ms: 900, maxMs: 900, before: { count: 2, p95Ms: 110 } },
      { operation: '/list', count: 1, p95Ms: 5 },
    ],
  });
  expect(answer.operations).not.toMatchObject([{}, { before: expect.anything() }]);
});

test('failing operations come with the hour before, and with what was said', async () => {
  const answer = await call(
    'errorsBy',
    { service: 'api' },
    times([...requests('/pay', [1, 2, 3, 4], 3), ...requests('/list', [5])], requests('/pay', [1, 2], 1)),
  );
  expect(answer).toMatchObject({
    operations: [
      {
        operation: '/pay',
        count: 4,
        errors: 3,
        ratio: 0.75,
        message: 'no connection',
        before: { errors: 1, ratio: 0.5 },
      },
    ],
  });
  expect(await call('errorsBy', { service: 'api' }, times(requests('/pay', [1]), []))).toMatchObject({
    state: 'known',
    operations: [],
  });
});

test('a service without traces is unknown, not fast', async () => {
  for (const step of ['slowest', 'errorsBy'])
    expect(await call(step, { service: 'api' }, () => found())).toMatchObject({
      state: 'unknown',
      why: 'empty',
    });
});

for (const [what, said, kind, message] of [
  [
    'a question that Jaeger refuses',
    { status: 400, body: { data: null, errors: [{ code: 400, msg: "parameter 'service' is required" }] } },
    'invalid',
    /refused the question: parameter 'service' is required/,
  ],
  [
    'a store that is away',
    { status: 500, body: { errors: [{ code: 500, msg: 'no connection' }] } },
    'retryable',
    /answered 500: no connection/,
  ],
  ['another address', { status: 404, body: 'not found' }, 'invalid', /is not Jaeger's API/],
  ['its page', { body: '<html>Jaeger UI</html>' }, 'invalid', /is not Jaeger's API/],
] as const) {
  test(`${what}: ${kind}`, async () => {
    await expect(call('slowest', { service: 'api' }, () => said)).rejects.toMatchObject({
      kind,
      message: expect.stringMatching(message),
    });
  });
}
