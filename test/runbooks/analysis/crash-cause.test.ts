import { describe, expect, test } from '@jest/globals';
import {
  CONNECTION_FAILURES,
  crashCause,
  endpointIn,
  type CrashLog,
} from '../../../runbooks/analysis/crash-cause.ts';

const FATAL = 'FATAL: database connection refused: 10.96.45.12:5432';

/** As podLogs gives it: patterns counted over the lines. */
function log(pod: string, ...lines: string[]): CrashLog {
  const expected = CONNECTION_FAILURES.map((pattern) => {
    const matching = lines.filter((l) => new RegExp(pattern, 'u').test(l));
    return { count: matching.length, ...(matching.length && { last: { text: matching.at(-1)! } }) };
  });
  return { pod, available: true, expected, lines: lines.map((text) => ({ text })) };
}

describe('the endpoint that a line names', () => {
  test.each([
    [FATAL, { host: '10.96.45.12', port: 5432 }],
    ['dial tcp 10.0.0.1:6379: connect: connection refused', { host: '10.0.0.1', port: 6379 }],
    ['connect ECONNREFUSED 10.96.0.7:80', { host: '10.96.0.7', port: 80 }],
    ['could not connect to postgres.payments.svc:5432', { host: 'postgres.payments.svc', port: 5432 }],
    ['2026-11-21T02:47:11.123Z ERROR connection refused', undefined],
    ['02:47:11 connection refused', undefined],
    [
      '{"time":"2026-11-21T02:47:11Z","msg":"connection refused: 10.1.2.3:99"}',
      { host: '10.1.2.3', port: 99 },
    ],
    ['connection refused: 999.1.1.1:80', undefined],
    ['connection refused: 10.1.1.1:70000', undefined],
    ['connection refused', undefined],
  ])('%s', (line, expected) => {
    expect(endpointIn(line)).toEqual(expected);
  });
});

test('all logs name one place', () => {
  const cause = crashCause([log('a', 'starting', FATAL), log('b', FATAL)]);
  expect(cause).toMatchObject({
    kind: 'dependency',
    dependency: { host: '10.96.45.12', port: 5432 },
    matching: 2,
    read: 2,
  });
  expect(cause.examples).toEqual([
    { pod: 'a', line: FATAL },
    { pod: 'b', line: FATAL },
  ]);
});

test('a log without the pattern makes it mixed, and the place stays a lead', () => {
  const cause = crashCause([log('a', FATAL), log('b', 'panic: nil map')]);
  expect(cause).toMatchObject({ kind: 'mixed', dependency: { port: 5432 }, matching: 1, read: 2 });
});

test('two places are no lead', () => {
  const cause = crashCause([log('a', FATAL), log('b', 'connection refused: 10.96.45.13:6379')]);
  expect(cause.kind).toBe('mixed');
  expect(cause.dependency).toBeUndefined();
  expect(cause.summary).toMatch(/2 different places/);
});

test('another cause is told by its last line', () => {
  const cause = crashCause([log('a', 'starting', 'panic: nil map')]);
  expect(cause.kind).toBe('other');
  expect(cause.summary).toMatch(/panic: nil map/);
});

test('a failed connection to nowhere in particular is not a dependency', () => {
  expect(crashCause([log('a', 'connection refused')])).toMatchObject({ kind: 'mixed', matching: 1 });
});

test('logs that are gone are no answer', () => {
  const cause = crashCause([
    { pod: 'a', available: false, note: 'never restarted', expected: [], lines: [] },
  ]);
  expect(cause).toMatchObject({ kind: 'no logs', read: 0 });
  expect(cause.summary).toMatch(/never restarted/);
});

test('no logs at all', () => {
  expect(crashCause([]).kind).toBe('no logs');
});
