/** Against a real Jaeger of the lab: spans that services send it over OTLP are what the steps read. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CallContext, ImplementedRead } from '../../../activities/kit/index.ts';
import { createJaegerSteps } from '../../../activities/jaeger/steps.ts';
import type { Lab, LabDetails } from '../../../lab/index.ts';
import { labUnderTest } from '../../lab/lab-under-test.ts';
import { until } from '../../setup/until.ts';

const LIMIT = 600_000;
let lab: Lab;
let at: NonNullable<LabDetails['jaeger']>;

beforeAll(async () => {
  ({ lab } = await labUnderTest());
  at = (await lab.add('jaeger')).jaeger!;
}, LIMIT);
afterAll(() => lab.remove('jaeger'), LIMIT);

const context: CallContext = {
  signal: new AbortController().signal,
  heartbeat: () => undefined,
  deadline: new Date(8_640_000_000_000_000),
};
async function call(name: string, input: unknown): Promise<Record<string, unknown>> {
  const steps = createJaegerSteps({ url: at.url, requestIdTags: ['request_id'], timeoutMs: 60_000 });
  const step = steps.find((s) => s.contract.name === `jaeger.${name}`) as ImplementedRead;
  const output = await step.run(step.contract.input.parse(input), context);
  return step.contract.output.parse(output) as Record<string, unknown>;
}

const hex = (bytes: number) => randomBytes(bytes).toString('hex');
interface Sent {
  readonly service: string;
  readonly name: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  /** Milliseconds from the beginning of the trace. */
  readonly from: number;
  readonly to: number;
  readonly requestId?: string;
  readonly error?: string;
}

/** One trace, as an OpenTelemetry SDK sends it (https://opentelemetry.io/docs/specs/otlp/#otlphttp, JSON). */
async function send(traceId: string, beganAt: number, spans: readonly Sent[]): Promise<void> {
  const nano = (ms: number) => `${beganAt + ms}000000`;
  const resourceSpans = spans.map((s) => ({
    resource: { attributes: [{ key: 'service.name', value: { stringValue: s.service } }] },
    scopeSpans: [
      {
        spans: [
          {
            traceId,
            spanId: s.spanId,
            ...(s.parentSpanId && { parentSpanId: s.parentSpanId }),
            name: s.name,
            kind: 2,
            startTimeUnixNano: nano(s.from),
            endTimeUnixNano: nano(s.to),
            attributes: s.requestId ? [{ key: 'request_id', value: { stringValue: s.requestId } }] : [],
            status: s.error ? { code: 2, message: s.error } : {},
          },
        ],
      },
    ],
  }));
  const response = await fetch(`${at.otlp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans }),
    signal: AbortSignal.timeout(60_000),
  });
  if (!response.ok) throw new Error(`Jaeger took no spans: ${response.status} ${await response.text()}`);
}

test(
  'a trace by traceparent and by request id, and a service now beside an hour before',
  async () => {
    const [now, hour] = [Date.now() - 10_000, 3_600_000];
    const [slow, fast, earlier] = [hex(16), hex(16), hex(16)];
    const [pay, book, lock] = [hex(8), hex(8), hex(8)];
    await send(slow, now, [
      { service: 'api', name: 'POST /pay', spanId: pay, from: 0, to: 2_000, requestId: 'req-7f3a' },
      { service: 'ledger', name: 'book', spanId: book, parentSpanId: pay, from: 100, to: 1_900 },
      {
        service: 'cache',
        name: 'GET',
        spanId: lock,
        parentSpanId: book,
        from: 150,
        to: 1_850,
        error: 'stalled',
      },
    ]);
    await send(fast, now, [
      { service: 'api', name: 'POST /pay', spanId: hex(8), from: 0, to: 40, error: 'no connection' },
    ]);
    await send(earlier, now - hour, [{ service: 'api', name: 'POST /pay', spanId: hex(8), from: 0, to: 30 }]);

    const trace = await until(
      async () => {
        const answer = await call('trace', { traceparent: `00-${slow}-${pay}-01` });
        return answer['spans'] === 3 && answer;
      },
      () => 'Jaeger does not have the three spans that it was sent',
      180_000,
    );
    expect(trace).toMatchObject({
      state: 'known',
      durationMs: 2_000,
      root: { service: 'api', operation: 'POST /pay' },
      services: ['api', 'cache', 'ledger'],
      complete: true,
      slowest: { service: 'cache', operation: 'GET', selfMs: 1_700, share: 0.85 },
      errors: [{ service: 'cache', message: 'stalled' }],
    });
    expect(await call('trace', { requestId: 'req-7f3a', service: 'api' })).toMatchObject({ traceId: slow });
    expect(await call('trace', { requestId: 'req-0000', service: 'api' })).toMatchObject({
      state: 'unknown',
    });
    expect(await call('trace', { traceId: hex(16) })).toMatchObject({ state: 'unknown', why: 'not-found' });

    const both = await until(
      async () => {
        const answer = await call('slowest', { service: 'api' });
        return answer['traces'] === 2 && answer['tracesBefore'] === 1 && answer;
      },
      async () => `Jaeger says of api: ${JSON.stringify(await call('slowest', { service: 'api' }))}`,
      180_000,
    );
    expect(both).toMatchObject({
      operations: [
        { operation: 'POST /pay', count: 2, maxMs: 2_000, traceId: slow, before: { count: 1, maxMs: 30 } },
      ],
    });
    expect(await call('errorsBy', { service: 'api' })).toMatchObject({
      operations: [{ errors: 1, ratio: 0.5, message: 'no connection', traceId: fast, before: { errors: 0 } }],
    });
    expect(await call('slowest', { service: 'nobody' })).toMatchObject({ state: 'unknown', why: 'empty' });
  },
  LIMIT,
);
