import type { Span, Trace } from './span.ts';

/** What others asked of the service: its spans whose parent is not its own. */
export function entriesOf(traces: readonly Trace[], service: string): Span[] {
  return traces.flatMap(({ spans }) => {
    const own = new Set(spans.filter((s) => s.service === service).map((s) => s.spanId));
    return spans.filter((s) => s.service === service && !(s.parentId !== undefined && own.has(s.parentId)));
  });
}
