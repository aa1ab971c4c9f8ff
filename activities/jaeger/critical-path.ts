import type { Span } from './span.ts';

export interface Part {
  readonly span: Span;
  /** Microseconds of the whole that nobody else was waited for. */
  readonly self: number;
}

/**
 * The spans that a trace's time went to, in time order. From the end of a span backwards: the child that ended last is what
 * was waited for, until it began; before that the child that ended last by then; the gaps are the span's own. What ran
 * beside a child that ended later was not waited for. A child's time counts as far as it lies within its parent's.
 */
export function criticalPath(spans: readonly Span[], root: Span): Part[] {
  const children = Map.groupBy(
    spans.filter((s) => !s.detached && s !== root),
    (s) => s.parentId,
  );
  const seen = new Set([root]);
  const own = new Map<Span, { self: number; first: number }>();
  const add = (span: Span, from: number, to: number): void => {
    if (to <= from) return;
    const { self = 0, first = from } = own.get(span) ?? {};
    own.set(span, { self: self + to - from, first: Math.min(first, from) });
  };
  // A list in place of recursion: traces of loops nest deeper than the call stack does.
  const waiting = [{ span: root, from: root.start, to: root.end }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { span, from, to } = next;
    const within = (children.get(span.spanId) ?? [])
      .map((child) => ({ child, from: Math.max(child.start, from), to: Math.min(child.end, to) }))
      .filter((c) => c.to > c.from && !seen.has(c.child))
      .sort((a, b) => b.to - a.to || a.from - b.from);
    let cursor = to;
    for (const c of within) {
      if (c.to > cursor) continue;
      add(span, c.to, cursor);
      seen.add(c.child);
      waiting.push({ span: c.child, from: c.from, to: c.to });
      cursor = c.from;
    }
    add(span, from, cursor);
  }
  return [...own].sort(([, a], [, b]) => a.first - b.first).map(([span, { self }]) => ({ span, self }));
}
