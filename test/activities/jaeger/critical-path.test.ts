import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { criticalPath } from '../../../activities/jaeger/critical-path.ts';
import type { Span } from '../../../activities/jaeger/span.ts';

const span = (
  spanId: string,
  parentId: string | undefined,
  [start, end]: [number, number],
  more: Partial<Span> = {},
): Span => ({
  traceId: 't',
  spanId,
  parentId,
  detached: false,
  service: spanId,
  operation: spanId,
  start,
  end,
  failed: false,
  message: undefined,
  ...more,
});
const path = (...spans: Span[]) =>
  criticalPath(spans, spans[0]!).map(({ span: s, self }) => [s.spanId, self]);

test('calls one after the other: each with its time, the gaps are the caller’s', () => {
  expect(
    path(span('web', undefined, [0, 100]), span('db', 'web', [10, 70]), span('cache', 'web', [80, 90])),
  ).toEqual([
    ['web', 30],
    ['db', 60],
    ['cache', 10],
  ]);
});

test('of two calls at once the one that ended last was waited for', () => {
  expect(
    path(span('web', undefined, [0, 100]), span('fast', 'web', [10, 40]), span('slow', 'web', [10, 95])),
  ).toEqual([
    ['web', 15],
    ['slow', 85],
  ]);
});

test('a call within a call', () => {
  expect(
    path(span('web', undefined, [0, 100]), span('api', 'web', [10, 90]), span('db', 'api', [20, 80])),
  ).toEqual([
    ['web', 20],
    ['api', 20],
    ['db', 60],
  ]);
});

test('what was not waited for, and what outlived its caller, takes no more than it may', () => {
  expect(
    path(
      span('web', undefined, [0, 100]),
      span('mail', 'web', [50, 400], { detached: true }),
      span('log', 'web', [90, 300]),
    ),
  ).toEqual([
    ['web', 90],
    ['log', 10],
  ]);
});

test('a span that names itself as its parent ends the walk', () => {
  expect(path(span('web', 'web', [0, 10]))).toEqual([['web', 10]]);
});

test('spans nested deeper than the call stack', () => {
  const depth = 20_000;
  const spans = Array.from({ length: depth }, (_, i) =>
    span(String(i), i === 0 ? undefined : String(i - 1), [i, 2 * depth - i]),
  );
  const parts = criticalPath(spans, spans[0]!);
  expect(parts).toHaveLength(depth);
  expect(parts.at(-1)).toEqual({ span: spans.at(-1), self: 2 });
});

test('the parts add up to the whole, whatever the trace', () => {
  const times = fc
    .tuple(fc.nat(1000), fc.nat(500))
    .map(([from, long]): [number, number] => [from, from + long]);
  fc.assert(
    fc.property(fc.array(fc.record({ parent: fc.nat(30), at: times }), { maxLength: 30 }), (children) => {
      const root = span('0', undefined, [0, 1000]);
      const spans = children.map((c, i) => span(String(i + 1), String(c.parent), c.at));
      const parts = criticalPath([root, ...spans], root);
      expect(parts.reduce((sum, p) => sum + p.self, 0)).toBe(1000);
    }),
  );
});
