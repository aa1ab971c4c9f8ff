import type { z } from 'zod';
import type { jaeger } from './contract.ts';
import { criticalPath } from './critical-path.ts';
import type { Span, Trace } from './span.ts';

type Described = Extract<z.output<typeof jaeger.trace.contract.output>, { state: 'known' }>;

const MOST_PARTS = 30;
const MOST_ERRORS = 20;
const MOST_SPANS = 60;

/** What a trace with spans says. `others`: ids of further traces of the same request. */
export function describeTrace({ traceId, spans }: Trace, others: readonly string[]): Described {
  const serviceOf = new Map(spans.map((s) => [s.spanId, s.service]));
  const tops = spans.filter((s) => s.parentId === undefined || !serviceOf.has(s.parentId));
  const orphans = tops.filter((s) => s.parentId !== undefined);
  const root = rootOf(tops.length > 0 ? tops : spans);
  const whole = root.end - root.start;
  const parts = criticalPath(spans, root).map(({ span, self }) => ({
    ...whereOf(span),
    spanId: span.spanId,
    selfMs: ms(self),
    share: whole > 0 ? self / whole : 1,
  }));
  const { service, operation, selfMs, share } = parts.reduce((a, b) => (b.selfMs > a.selfMs ? b : a), {
    ...whereOf(root),
    spanId: root.spanId,
    selfMs: 0,
    share: 0,
  });
  return {
    state: 'known',
    traceId,
    startedAt: new Date(root.start / 1000).toISOString(),
    durationMs: ms(whole),
    root: whereOf(root),
    spans: spans.length,
    services: [...new Set(spans.map((s) => s.service))].sort(),
    complete: orphans.length === 0,
    orphans: [...new Set(orphans.map((s) => s.service))].sort(),
    criticalPath: longest(parts),
    slowest: { service, operation, selfMs, share },
    errors: spans
      .filter((s) => s.failed)
      .slice(0, MOST_ERRORS)
      .map((s) => ({ ...whereOf(s), ...(s.message !== undefined && { message: s.message }) })),
    timeline: [...spans]
      .sort((a, b) => a.start - b.start)
      .slice(0, MOST_SPANS)
      .map((s) => {
        const caller = s.parentId === undefined ? undefined : serviceOf.get(s.parentId);
        return {
          ...whereOf(s),
          fromMs: ms(s.start - root.start),
          durationMs: ms(s.end - s.start),
          failed: s.failed,
          ...(caller !== undefined && caller !== s.service && { caller }),
        };
      }),
    others: [...others],
  };
}

/** Without a parent before those that lost theirs; then the one that took longest. */
const rootOf = (tops: readonly Span[]): Span =>
  tops.reduce((a, b) => {
    const [lostA, lostB] = [a.parentId !== undefined, b.parentId !== undefined];
    if (lostA !== lostB) return lostA ? b : a;
    return b.end - b.start > a.end - a.start ? b : a;
  });

/** The parts that matter most, still in time order. */
function longest<P extends { readonly selfMs: number }>(parts: readonly P[]): P[] {
  const kept = new Set([...parts].sort((a, b) => b.selfMs - a.selfMs).slice(0, MOST_PARTS));
  return parts.filter((p) => kept.has(p));
}

const whereOf = ({ service, operation }: Span) => ({ service, operation });
const ms = (micros: number): number => Math.round(micros) / 1000;
