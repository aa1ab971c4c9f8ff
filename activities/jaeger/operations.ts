import type { z } from 'zod';
import { windowSeconds } from '../kit/index.ts';
import type { jaeger } from './contract.ts';
import type { Span } from './span.ts';
import type { TraceStore } from './trace-store.ts';

type Question = z.output<typeof jaeger.slowest.contract.input>;
type Slowest = z.output<typeof jaeger.slowest.contract.output>;
type Errors = z.output<typeof jaeger.errorsBy.contract.output>;
type Failures = Extract<Errors, { state: 'known' }>['operations'][number];

interface Asked {
  readonly input: Question;
  readonly at: Date;
  readonly signal: AbortSignal;
}

/** Operations by how long they took. */
export async function slowest(store: TraceStore, asked: Asked): Promise<Slowest> {
  const looked = await look(store, asked);
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
export async function errorsBy(store: TraceStore, asked: Asked): Promise<Errors> {
  const looked = await look(store, asked);
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

async function look(store: TraceStore, { input, at, signal }: Asked) {
  const { service, since } = input;
  const during = (to: Date) =>
    store.asked({ service, from: new Date(to.getTime() - windowSeconds(since) * 1000), to, signal });
  const [now, before] = await Promise.all([
    during(at),
    during(new Date(at.getTime() - windowSeconds(input.before) * 1000)),
  ]);
  if (now.spans.length === 0)
    return {
      state: 'unknown' as const,
      why: 'empty' as const,
      reason: `${store.system} has no trace of ${service} in ${since}: nobody asked anything of it, it is not traced, or its spans do not arrive`,
    };
  return {
    state: 'known' as const,
    traces: now.traces,
    tracesBefore: before.traces,
    truncated: now.truncated || before.truncated,
    now: Map.groupBy(now.spans, (s) => s.operation),
    before: Map.groupBy(before.spans, (s) => s.operation),
  };
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
