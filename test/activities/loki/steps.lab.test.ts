/** Against a real Loki of the lab: what a log shipper pushes is what the steps read. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CallContext, ImplementedRead } from '../../../activities/kit/index.ts';
import { createLokiSteps } from '../../../activities/loki/steps.ts';
import type { Lab } from '../../../lab/index.ts';
import { labUnderTest } from '../../lab/lab-under-test.ts';
import { until } from '../../setup/until.ts';

const LIMIT = 600_000;
let lab: Lab;
let url: string;

beforeAll(async () => {
  ({ lab } = await labUnderTest());
  url = (await lab.add('loki')).loki!.url;
}, LIMIT);
afterAll(() => lab.remove('loki'), LIMIT);

interface Answered extends Record<string, unknown> {
  readonly lines: readonly {
    readonly at: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly text: string;
  }[];
}
const context: CallContext = {
  signal: new AbortController().signal,
  heartbeat: () => undefined,
  deadline: new Date(8_640_000_000_000_000),
};
async function call(name: string, input: unknown): Promise<Answered> {
  const steps = createLokiSteps({ url, timeoutMs: 60_000 });
  const step = steps.find((s) => s.contract.name === `loki.${name}`) as ImplementedRead;
  return step.contract.output.parse(await step.run(step.contract.input.parse(input), context)) as Answered;
}

/** As a log shipper does (https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs). */
async function push(stream: Record<string, string>, values: readonly (readonly [number, string])[]) {
  await until(
    async () => {
      const response = await fetch(`${url}/loki/api/v1/push`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          streams: [{ stream, values: values.map(([at, text]) => [`${at}000000`, text]) }],
        }),
        signal: AbortSignal.timeout(30_000),
      });
      return response.status === 204;
    },
    () => 'Loki takes no lines',
    180_000,
  );
}

test(
  'lines, patterns, freshness and one request, over two services',
  async () => {
    const now = Date.now();
    const api = { namespace: 'payments', app: 'api' };
    await push(api, [
      [now - 5_000, 'request req-7f3a took 2100 ms'],
      [now - 4_000, 'database connection refused: 10.96.45.12:5432'],
      [now - 3_000, 'request req-7f3b took 3 ms'],
    ]);
    await push({ namespace: 'payments', app: 'ledger' }, [
      [now - 4_500, 'request_id=req-7f3a waited for a lock'],
    ]);
    await push({ namespace: 'quiet', app: 'cron' }, [[now - 1_200_000, 'done']]);
    const end = new Date(now - 3_000).toISOString();

    // The end is exclusive: the line at that very moment is not there.
    const newest = await until(
      async () => {
        const answer = await call('query', { expr: '{app="api"}', until: end, limit: 1 });
        return answer.state === 'known' && answer;
      },
      () => 'Loki gives no line of what was pushed',
      180_000,
    );
    expect(newest).toMatchObject({ truncated: true, lines: [{ text: expect.stringContaining('refused') }] });
    expect(newest.lines[0]!.labels).toMatchObject(api);
    expect(newest.lines[0]!.at).toBe(new Date(now - 4_000).toISOString());

    const request = await call('byRequestId', { requestId: 'req-7f3a' });
    expect(request.lines.map((l) => l.labels.app)).toEqual(['api', 'ledger']);

    // A service is found by whichever label names it.
    const ofLedger = '{namespace=~".+"} | service="ledger" or app="ledger"';
    expect(await call('query', { expr: ofLedger, limit: 1 })).toMatchObject({
      lines: [{ text: expect.stringContaining('req-7f3a') }],
    });
    const missing = { requestId: 'req-none', since: '1h', maxAge: '15m' };
    expect(await call('byRequestId', { ...missing, namespaces: ['payments'] })).toMatchObject({
      state: 'known',
      lines: [],
    });
    expect(await call('byRequestId', { ...missing, namespaces: ['payments', 'quiet'] })).toMatchObject({
      state: 'unknown',
      why: 'stale',
    });

    expect(await call('query', { expr: '{app="api"} |= "panic"', maxAge: '10m' })).toMatchObject({
      state: 'known',
      lines: [],
      sourceNewest: end,
    });
    expect(await call('query', { expr: '{app="nobody"} |= "panic"' })).toMatchObject({
      state: 'unknown',
      why: 'empty',
    });

    const patterns = await call('patterns', {
      expr: '{app="api"}',
      expected: ['request \\S+ took \\d+ ms'],
      unexpected: ['refused: \\d+\\.\\d+', 'panic'],
      samples: 1,
    });
    expect(patterns).toMatchObject({
      verdict: 'fail',
      lines: 3,
      expected: [{ count: 2, samples: [{ text: 'request req-7f3b took 3 ms' }] }],
      unexpected: [{ count: 1 }, { count: 0, samples: [] }],
    });
    // The lines at the end of the time are not counted.
    expect(await call('patterns', { expr: '{app="api"}', until: end, unexpected: ['panic'] })).toMatchObject({
      verdict: 'pass',
      lines: 2,
    });

    expect(await call('fresh', { namespaces: ['payments'], maxAge: '30m' })).toMatchObject({
      verdict: 'pass',
    });
    expect(await call('fresh', { namespaces: ['payments', 'quiet'], maxAge: '15m' })).toMatchObject({
      verdict: 'unknown',
      namespaces: [{ fresh: true }, { namespace: 'quiet', fresh: false }],
    });
  },
  LIMIT,
);

test(
  'what Loki says of a wrong query reaches the reader',
  async () => {
    await expect(call('query', { expr: '{app="api"} |~ "("' })).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/Loki refused the query: .*missing closing \)/),
    });
  },
  LIMIT,
);
