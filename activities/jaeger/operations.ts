import type { z } from 'zod';
import { windowSeconds } from '../kit/index.ts';
import type { jaeger } from './contract.ts';
import type { JaegerApi } from './http-api.ts';
import type { Span, Trace } from './span.ts';

type Question = z.output<typeof jaeger.slowest.contract.input>;
type Slowest = z.output<typeof jaeger.slowest.contract.output>;
type Errors = z.output<typeof jaeger.errorsBy.contract.output>;
type Failures = Extract<Errors, { state: 'known' }>['operations'][number];

/** A trace of twenty spans takes about 20 kB; an answer may take 8 MiB. */
const MOST_TRACES = 200;

interface Asked {
  readonly input: Question;
  readonly at: Date;
  readonly signal: AbortSignal;
}

/** Operations by how long they took. */
export async function slowest(api: JaegerApi, asked: Asked): Promise<Slowest> {
  const looked = await look(api, asked);
  if (looked.state === 'unknown') return looked;
  const { now, before, state, ...facts } = looked;
  const operations = [...now].map(([operation, spans]) => {
    const earlier = before.get(operation);
    return {
      operation,
      ...timesOf(spans),
      traceId: spans.reduce((a, b) => (tookMs(b) > tookMs(a) ? b : a)).traceId,
      ...(earlier && { before: timesOf(earlier) }),
    };
  });
  return {
    state,
    ...facts,
    operations: operations.sort((a, b) => b.p95Ms - a.p95Ms).slice(0, asked.input.limit),
  };
}

/** Operations by how many failed. */
export async function errorsBy(api: JaegerApi, asked: Asked): Promise<Errors> {
  const looked = await look(api, asked);
  if (looked.state === 'unknown') return looked;
  const { now, before, state, ...facts } = looked;
  const operations = [...now].flatMap(([operation, spans]): Failures[] => {
    const failed = spans.filter((s) => s.failed);
    const example = failed[0];
    if (!example) return [];
    const earlier = before.get(operation);
    const message = failed.find((s) => s.message !== undefined)?.message;
    return [
      {
        operation,
        ...failuresOf(spans),
        ...(message !== undefined && { message }),
        traceId: example.traceId,
        ...(earlier && { before: failuresOf(earlier) }),
      },
    ];
  });
  return {
    state,
    ...facts,
    operations: operations.sort((a, b) => b.errors - a.errors).slice(0, asked.input.limit),
  };
}

async function look(api: JaegerApi, { input, at, signal }: Asked) {
  const { service, since } = input;
  const during = (to: Date) =>
    api.search({
      service,
      from: new Date(to.getTime() - windowSeconds(since) * 1000),
      to,
      limit: MOST_TRACES,
      signal,
    });
  const [now, before] = await Promise.all([
    during(at),
    during(new Date(at.getTime() - windowSeconds(input.before) * 1000)),
  ]);
  if (now.length === 0)
    return {
      state: 'unknown' as const,
      why: 'empty' as const,
      reason: `Jaeger has no trace of ${service} in ${since}: nobody asked anything of it, it is not traced, or its spans do not arrive`,
    };
  return {
    state: 'known' as const,
    traces: now.length,
    tracesBefore: before.length,
    truncated: now.length >= MOST_TRACES || before.length >= MOST_TRACES,
    now: byOperation(now, service),
    before: byOperation(before, service),
  };
}

/** What others asked of the service: its spans whose parent is not its own. */
export function byOperation(traces: readonly Trace[], service: string): Map<string, Span[]> {
  const entries = traces.flatMap(({ spans }) => {
    const own = new Set(spans.filter((s) => s.service === service).map((s) => s.spanId));
    return spans.filter((s) => s.service === service && !(s.parentId !== undefined && own.has(s.parentId)));
  });
  return Map.groupBy(entries, (s) => s.operation);
}

function timesOf(spans: readonly Span[]) {
  const sorted = spans.map(tookMs).sort((a, b) => a - b);
  return {
    count: spans.length,
    p50Ms: quantile(sorted, 0.5),
    p95Ms: quantile(sorted, 0.95),
    maxMs: quantile(sorted, 1),
  };
}

function failuresOf(spans: readonly Span[]) {
  const errors = spans.filter((s) => s.failed).length;
  return { count: spans.length, errors, ratio: errors / spans.length };
}

/** By nearest rank: a value that was measured. */
const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;

const tookMs = ({ start, end }: Span): number => (end - start) / 1000;
