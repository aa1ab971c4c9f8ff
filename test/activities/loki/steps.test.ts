/** Bodies as Loki 3.7 gives them (https://grafana.com/docs/loki/latest/reference/loki-http-api/). */
import { afterEach, expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import { createLokiSteps } from '../../../activities/loki/steps.ts';
import { createReader, type Asked, type Said } from '../read-from-server.ts';

interface Answered extends Record<string, unknown> {
  readonly lines: readonly { readonly text: string }[];
}
const loki = createReader('loki', (url) => createLokiSteps({ url }));
const { asked } = loki;
afterEach(loki.close);

const call = (
  name: string,
  input: unknown,
  answer: (asked: Asked) => Said,
  more: { token?: () => string; tenant?: string; namespaceLabel?: string } = {},
) => loki.read<Answered>(name, input, answer, (url) => createLokiSteps({ url, ...more }));

const streams = (...result: [labels: Record<string, string>, ...values: [string, string][]][]): Said => ({
  body: {
    status: 'success',
    data: {
      resultType: 'streams',
      result: result.map(([stream, ...values]) => ({ stream, values })),
      stats: { summary: { totalLinesProcessed: 3 } },
    },
  },
});
const number = (value: number | undefined, warnings?: string[]): Said => ({
  body: {
    status: 'success',
    ...(warnings && { warnings }),
    data: {
      resultType: 'vector',
      result: value === undefined ? [] : [{ metric: {}, value: [1763780820, String(value)] }],
      stats: {},
    },
  },
});
const UNTIL = '2026-11-22T02:47:00.000Z';
const ns = (ms: number, rest = '000000') => `${Date.parse(UNTIL) + ms}${rest}`;

test('lines of several streams come in one order, to the nanosecond', async () => {
  const answer = await call('query', { expr: '{app="api"}', until: UNTIL }, () =>
    streams(
      [{ app: 'api', pod: 'a' }, [ns(-10, '000002'), 'third'], [ns(-20), 'first']],
      [{ app: 'api', pod: 'b' }, [ns(-10, '000001'), 'second']],
    ),
  );
  expect(answer.state).toBe('known');
  expect(answer.lines.map((l) => l.text)).toEqual(['third', 'second', 'first']);
  expect(answer.lines[0]).toEqual({
    at: '2026-11-22T02:46:59.990Z',
    nanoseconds: ns(-10, '000002'),
    labels: { app: 'api', pod: 'a' },
    text: 'third',
  });
  expect(answer.truncated).toBe(false);
});

test('times are asked in nanoseconds, and the end is not part of them', async () => {
  const answer = await call(
    'query',
    { expr: '{app="api"}', since: '10m', until: UNTIL, limit: 1, direction: 'forward' },
    () => streams([{ app: 'api' }, [ns(-10), 'x']]),
  );
  expect(asked[0]).toEqual({
    path: '/loki/api/v1/query_range',
    params: { query: '{app="api"}', start: ns(-600_000), end: ns(0), limit: '1', direction: 'forward' },
  });
  expect(answer).toMatchObject({ from: '2026-11-22T02:37:00.000Z', to: UNTIL, truncated: true });
});

test('runbooks name the label of namespaces as the configuration does', async () => {
  const more = { namespaceLabel: 'k8s_ns' };
  await call('query', { expr: '{$namespace="shop"} |= "x"' }, () => streams(), more);
  expect(asked.map((a) => a.params['query'])).toEqual(['{k8s_ns="shop"} |= "x"', '{k8s_ns="shop"}']);
});

test('structured metadata beside a line is no reason to refuse it', async () => {
  const answer = await call('query', { expr: '{app="api"}', until: UNTIL }, () => ({
    body: {
      status: 'success',
      data: {
        resultType: 'streams',
        result: [{ stream: { app: 'api' }, values: [[ns(-1), 'x', { structuredMetadata: { a: 'b' } }]] }],
      },
    },
  }));
  expect(answer.lines).toHaveLength(1);
});

test('control characters of a line do not reach a terminal', async () => {
  const answer = await call('query', { expr: '{app="api"}', until: UNTIL }, () =>
    streams([{ app: 'api' }, [ns(-1), 'red \u001b[31m\u202etext']]),
  );
  expect(answer.lines[0]!.text).not.toMatch(/[\u001b\u202e]/);
});

test('no match is an answer where other lines of the source came', async () => {
  const answer = await call('query', { expr: '{app="api"} |= "refused"', until: UNTIL }, ({ params }) =>
    params['query'] === '{app="api"}' ? streams([{ app: 'api' }, [ns(-3_000), 'all well']]) : streams(),
  );
  expect(answer).toMatchObject({ state: 'known', lines: [], sourceNewest: '2026-11-22T02:46:57.000Z' });
});

test('nothing at all is unknown: a dead log shipper is not silence', async () => {
  const answer = await call('query', { expr: '{app="api"} |= "refused"', until: UNTIL }, () => streams());
  expect(answer).toMatchObject({
    state: 'unknown',
    why: 'empty',
    reason: expect.stringMatching(/no line at all came from \{app="api"\} in 10m/),
  });
});

test('a source that stopped is unknown: what it wrote since did not come', async () => {
  const stopped = ({ params }: Asked) =>
    params['query'] === '{app="api"}' ? streams([{ app: 'api' }, [ns(-540_000), 'the last']]) : streams();
  const question = { expr: '{app="api"} |= "refused"', until: UNTIL };
  expect(await call('query', question, stopped)).toMatchObject({
    state: 'unknown',
    why: 'stale',
    reason:
      'nothing matched, but no line came in the last 5m from {app="api"}, the newest of 2026-11-22T02:38:00.000Z: nothing was logged there since, or nothing ships it to Loki',
  });
  expect(await call('query', { ...question, maxAge: '9m' }, stopped)).toMatchObject({
    state: 'known',
    lines: [],
    sourceNewest: '2026-11-22T02:38:00.000Z',
  });
});

test('an answer in part is unknown', async () => {
  const answer = await call('query', { expr: '{app="api"}', until: UNTIL }, () => ({
    body: {
      status: 'success',
      warnings: ['an ingester is away'],
      data: { resultType: 'streams', result: [] },
    },
  }));
  expect(answer).toMatchObject({
    state: 'unknown',
    why: 'warnings',
    reason: expect.stringContaining('away'),
  });
});

const failures: [string, Said, string, RegExp][] = [
  [
    'a wrong query',
    { status: 400, body: 'parse error at line 1, col 8: syntax error: unexpected IDENTIFIER\n' },
    'invalid',
    /Loki refused the query: parse error at line 1/,
  ],
  [
    'too many at once',
    { status: 429, body: 'too many outstanding requests' },
    'retryable',
    /answered 429: too many/,
  ],
  ['an ingester that is away', { status: 500, body: 'empty ring' }, 'retryable', /answered 500: empty ring/],
  [
    'no credentials',
    { status: 401, body: 'no org id' },
    'refused',
    /refuses the credentials \(401\): no org id/,
  ],
  ['somebody else’s page', { body: '<html>Sign in</html>' }, 'invalid', /is not Loki's API/],
  ['another address', { status: 404, body: '404 page not found' }, 'invalid', /is not Loki's API/],
  ['numbers in place of lines', number(3), 'invalid', /is not Loki's API/],
];
for (const [what, said, kind, message] of failures) {
  test(`${what}: ${kind}`, async () => {
    await expect(call('query', { expr: '{app="api"}' }, () => said)).rejects.toMatchObject({
      kind,
      message: expect.stringMatching(message),
    });
  });
}

test('an expression that gives numbers is refused before it is asked', async () => {
  await expect(call('query', { expr: 'rate({app="api"}[1m])' }, () => streams())).rejects.toMatchObject({
    kind: 'invalid',
    message: expect.stringMatching(/does not begin with a selector/),
  });
  expect(asked).toEqual([]);
});

test('the token is read at each call, sent with the tenant, and does not show in errors', async () => {
  const failure = await call('query', { expr: '{app="api"}' }, () => ({ status: 500, body: 'no' }), {
    token: () => 's3cret',
    tenant: 'shop',
  }).catch((error: unknown) => error);
  expect(loki.requests()[0]!.headers).toMatchObject({
    authorization: 'Bearer s3cret',
    'x-scope-orgid': 'shop',
  });
  expect(inspect(failure, { depth: 5 })).not.toContain('s3cret');
});

test('a token that is not there says where it should be', async () => {
  const token = () => {
    throw new Error(
      '[secret from the environment variable LOKI_TOKEN] is not set; export it before starting',
    );
  };
  await expect(call('query', { expr: '{app="api"}' }, () => streams(), { token })).rejects.toMatchObject({
    kind: 'invalid',
    message: expect.stringMatching(/token of Loki cannot be read: .*LOKI_TOKEN/),
  });
});

/** Counts by what the expression looks for. */
const counts =
  (table: Record<string, number | undefined>) =>
  ({ path, params }: Asked): Said => {
    const query = params['query']!;
    const found = Object.keys(table).find((key) => key !== '' && query.includes(key));
    if (path.endsWith('query_range')) return streams([{ app: 'api' }, [ns(-5), `a line with ${found}`]]);
    return number(table[found ?? (query.includes('|~') ? 'no such' : '')]);
  };
const PATTERNS = {
  expr: '{app="api"}',
  until: UNTIL,
  expected: ['payment accepted'],
  unexpected: ['refused: \\d+', 'panic'],
  samples: 1,
};

test('patterns pass when what is expected came and nothing unexpected did', async () => {
  const answer = await call('patterns', PATTERNS, counts({ accepted: 40, '': 50 }));
  expect(answer).toMatchObject({
    verdict: 'pass',
    lines: 50,
    expected: [{ pattern: 'payment accepted', count: 40, samples: [{ text: 'a line with accepted' }] }],
    unexpected: [
      { pattern: 'refused: \\d+', count: 0, samples: [] },
      { pattern: 'panic', count: 0, samples: [] },
    ],
  });
  // The pattern is quoted for LogQL, and a count ends a nanosecond before the end, which it would include.
  expect(asked.map((a) => a.params)).toContainEqual({
    query: 'sum(count_over_time({app="api"} |~ "refused: \\\\d+" [600000ms]))',
    time: String(BigInt(ns(0)) - 1n),
  });
});

test('patterns fail with the numbers that decided', async () => {
  expect(await call('patterns', PATTERNS, counts({ refused: 7, '': 9 }))).toMatchObject({
    verdict: 'fail',
    reason:
      'unexpected: /refused: \\d+/ 7 times; expected and missing: /payment accepted/; in 9 lines of 10m',
  });
});

test('patterns of a source that says nothing are unknown', async () => {
  expect(await call('patterns', PATTERNS, counts({}))).toMatchObject({ verdict: 'unknown', lines: 0 });
  expect(
    await call('patterns', PATTERNS, ({ path }) =>
      path.endsWith('query') ? number(1, ['a querier is away']) : streams(),
    ),
  ).toMatchObject({ verdict: 'unknown', reason: 'Loki answered in part: a querier is away' });
});

/** Counts, and a newest line that is so many milliseconds before the end. */
const stoppedAt =
  (ms: number, table: Record<string, number>) =>
  (one: Asked): Said =>
    one.path.endsWith('query_range') && !one.params['query']!.includes('|~')
      ? streams([{ app: 'api' }, [ns(-ms), 'the last words']])
      : counts(table)(one);

test('patterns of a source that stopped are unknown: what came since is not there to be found', async () => {
  const stopped = stoppedAt(540_000, { accepted: 40, '': 50 });
  expect(await call('patterns', PATTERNS, stopped)).toMatchObject({
    verdict: 'unknown',
    reason:
      'no line came in the last 5m, the newest is of 2026-11-22T02:38:00.000Z: nothing was logged since, or nothing ships it to Loki; in 50 lines of 10m',
    newest: '2026-11-22T02:38:00.000Z',
  });
  expect(await call('patterns', PATTERNS, stoppedAt(540_000, { '': 50 }))).toMatchObject({
    verdict: 'unknown',
  });
  expect(await call('patterns', { ...PATTERNS, maxAge: '9m' }, stopped)).toMatchObject({ verdict: 'pass' });
});

test('what was found before a source stopped was found', async () => {
  const answer = await call('patterns', PATTERNS, stoppedAt(540_000, { refused: 7, '': 9 }));
  expect(answer).toMatchObject({ verdict: 'fail', reason: expect.stringContaining('7 times') });
});

/** Says when the namespaces of a selector were heard, in seconds before now. */
const heard =
  (ages: Record<string, number>) =>
  ({ params }: Asked): Said => {
    const names = /=~"(.*)"/.exec(params['query']!)![1]!;
    const from = Number(BigInt(params['start']!) / 1_000_000n);
    const found = Object.entries(ages)
      .filter(([name]) => names === '.+' || names.split('|').includes(name))
      .map(([name, age]) => [name, Date.now() - age * 1000] as const)
      .filter(([, at]) => at >= from);
    return streams(
      ...found.map(
        ([namespace, at]) =>
          [{ namespace }, [`${at}000000`, 'x']] as [Record<string, string>, [string, string]],
      ),
    );
  };

test('logs that come are fresh', async () => {
  const answer = await call('fresh', { namespaces: ['payments', 'shop'] }, heard({ payments: 3, shop: 40 }));
  expect(answer).toMatchObject({
    verdict: 'pass',
    namespaces: [
      { namespace: 'payments', fresh: true },
      { namespace: 'shop', fresh: true },
    ],
  });
  const { ageSeconds } = (answer['namespaces'] as { ageSeconds: number }[])[0]!;
  expect(ageSeconds).toBeGreaterThanOrEqual(3);
  expect(ageSeconds).toBeLessThan(40);
});

test('one that is silent among others is unknown', async () => {
  const answer = await call('fresh', { namespaces: ['payments', 'shop'] }, heard({ payments: 900, shop: 4 }));
  expect(answer).toMatchObject({
    verdict: 'unknown',
    reason: expect.stringMatching(/others are heard.*payments 90\d/),
  });
  expect(await call('fresh', { namespaces: ['payments'] }, heard({ shop: 4 }))).toMatchObject({
    verdict: 'unknown',
    namespaces: [{ namespace: 'payments', fresh: false }],
  });
});

test('nothing from anywhere is a fault of the log shippers', async () => {
  const answer = await call('fresh', { namespaces: ['payments'] }, heard({ payments: 900, shop: 800 }));
  expect(answer).toMatchObject({
    verdict: 'fail',
    reason: expect.stringMatching(/no log line of any namespace came within 5m/),
  });
});

test('silence in an answer in part is no fault of the log shippers', async () => {
  const inPart = (said: Said): Said => ({
    body: { ...(said.body as object), warnings: ['an ingester is away'] },
  });
  const silent = await call('fresh', { namespaces: ['payments'] }, (one) =>
    inPart(heard({ payments: 900 })(one)),
  );
  expect(silent).toMatchObject({
    verdict: 'unknown',
    reason: expect.stringMatching(/^Loki answered in part: an ingester is away; .*payments 90\d/),
  });
  // A line that came is there, whatever else is not.
  const there = await call('fresh', { namespaces: ['payments'] }, (one) =>
    inPart(heard({ payments: 4 })(one)),
  );
  expect(there).toMatchObject({ verdict: 'pass' });
});

test('a source whose newest line may be in the part that is missing is unknown for that', async () => {
  const answer = await call('query', { expr: '{app="api"} |= "refused"', until: UNTIL }, ({ params }) => ({
    body: {
      ...(streams().body as object),
      ...(params['query'] === '{app="api"}' && { warnings: ['an ingester is away'] }),
    },
  }));
  expect(answer).toMatchObject({ state: 'unknown', why: 'warnings' });
});

test('a request is looked for in all namespaces or in those that are named, oldest line first', async () => {
  const answer = await call('byRequestId', { requestId: 'req-81', until: UNTIL }, () =>
    streams([{ app: 'api' }, [ns(-1), 'b'], [ns(-2), 'a']]),
  );
  expect(answer.lines.map((l) => l.text)).toEqual(['a', 'b']);
  expect(asked[0]!.params).toMatchObject({ query: '{namespace=~".+"} |= "req-81"', direction: 'forward' });
  await call('byRequestId', { requestId: 'req-81', namespaces: ['payments', 'shop'] }, () => streams());
  expect(asked[0]!.params['query']).toBe('{namespace=~"payments|shop"} |= "req-81"');
});

/** No line of the request; the newest line of each namespace is so many milliseconds before the end. */
const noneOf =
  (ages: Record<string, number>) =>
  ({ params }: Asked): Said => {
    const query = params['query']!;
    if (query.includes('|=')) return streams();
    const found = Object.entries(ages).filter(
      ([name]) => query.includes(`"${name}"`) || query.includes('.+'),
    );
    return streams(
      ...found.map(
        ([namespace, age]) => [{ namespace }, [ns(-age), 'x']] as [Record<string, string>, [string, string]],
      ),
    );
  };

test('a request that no line names: each namespace that was asked about has to be heard', async () => {
  const question = { requestId: 'req-81', until: UNTIL, namespaces: ['payments', 'shop'] };
  expect(await call('byRequestId', question, noneOf({ payments: 4_000, shop: 9_000 }))).toMatchObject({
    state: 'known',
    lines: [],
    sourceNewest: '2026-11-22T02:46:51.000Z',
  });
  expect(await call('byRequestId', question, noneOf({ payments: 4_000, shop: 1_800_000 }))).toMatchObject({
    state: 'unknown',
    why: 'stale',
    reason: expect.stringMatching(
      /in the last 5m from \{namespace=~"shop"\}, the newest of 2026-11-22T02:17/,
    ),
  });
  expect(await call('byRequestId', question, noneOf({ payments: 4_000 }))).toMatchObject({
    state: 'unknown',
    why: 'empty',
    reason: expect.stringMatching(/no line at all came from \{namespace=~"shop"\} in 1h/),
  });
});

test('a request that no line of all namespaces names is unknown: one that lives does not speak for a dead one', async () => {
  const question = { requestId: 'req-81', until: UNTIL };
  expect(await call('byRequestId', question, noneOf({ shop: 4_000 }))).toMatchObject({
    state: 'unknown',
    why: 'empty',
    reason: expect.stringContaining('name the namespaces'),
  });
});
