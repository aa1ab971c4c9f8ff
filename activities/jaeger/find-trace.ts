import type { z } from 'zod';
import { windowSeconds } from '../kit/index.ts';
import type { jaeger } from './contract.ts';
import { describeTrace } from './describe-trace.ts';
import type { Trace } from './span.ts';
import type { TraceStore } from './trace-store.ts';

type Question = z.output<typeof jaeger.trace.contract.input>;
type Answer = z.output<typeof jaeger.trace.contract.output>;

const MOST_OF_ONE_REQUEST = 10;

/** The trace that a question means; of several with one request id the one with most spans. */
export async function findTrace(
  store: TraceStore,
  o: {
    readonly input: Question;
    readonly requestIdTags: readonly string[];
    readonly at: Date;
    readonly signal: AbortSignal;
  },
): Promise<Answer> {
  const { input, requestIdTags, at, signal } = o;
  if (!('requestId' in input)) {
    const id = 'traceId' in input ? input.traceId : input.traceparent.split('-')[1]!;
    const trace = await store.trace(id, signal);
    return trace && trace.spans.length > 0 ? describeTrace(trace, []) : notFound(`no trace ${id}`);
  }
  const { requestId, service, since } = input;
  const from = new Date(at.getTime() - windowSeconds(since) * 1000);
  const found = await Promise.all(
    requestIdTags.map((tag) =>
      store.tagged({ service, from, to: at, limit: MOST_OF_ONE_REQUEST, tags: { [tag]: requestId }, signal }),
    ),
  );
  const traces = new Map<string, Trace>(
    found.flat().flatMap((t) => (t.spans.length > 0 ? [[t.traceId, t] as const] : [])),
  );
  const [best, ...others] = [...traces.values()].sort((a, b) => b.spans.length - a.spans.length);
  if (best)
    return describeTrace(
      best,
      others.map((t) => t.traceId),
    );
  return notFound(`no span of ${service} in ${since} is tagged ${requestIdTags.join(' or ')} = ${requestId}`);
}

const notFound = (what: string): Answer => ({
  state: 'unknown',
  why: 'not-found',
  reason: `${what}: it was not sampled, has not arrived yet, or is kept no longer`,
});
