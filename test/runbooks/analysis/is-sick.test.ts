import { expect, test } from '@jest/globals';
import { isHealthy, isSick, sickSince } from '../../../runbooks/analysis/is-sick.ts';
import { pod, sick } from '../pod.ts';

test.each(['starting', 'terminating', 'finished'] as const)(
  'a %s pod is neither sick nor healthy',
  (condition) => {
    const it = pod('a', { condition });
    expect([isSick(it), isHealthy(it)]).toEqual([false, false]);
  },
);

test('the earliest crash of the sick, not of the healthy', () => {
  expect(
    sickSince([
      sick('a', { crashedAt: '2026-11-21T02:46:30Z' }),
      sick('b', { crashedAt: '2026-11-21T02:46:10Z' }),
      pod('c', { crashedAt: '2026-11-20T00:00:00Z' }),
    ]),
  ).toBe('2026-11-21T02:46:10Z');
});

test('nobody says when', () => {
  expect(sickSince([pod('a')])).toBeUndefined();
});
