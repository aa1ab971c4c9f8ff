import { expect, test } from '@jest/globals';
import { isHealthy, isSick, sickSince } from '../../../runbooks/analysis/is-sick.ts';
import { pod, sick } from '../pod.ts';

const now = new Date('2026-11-21T02:47:00Z');
const at = (time: string) => `2026-11-21T${time}Z`;
const since = (
  pods: Parameters<typeof sickSince>[0],
  warnings: Parameters<typeof sickSince>[1]['warnings'] = [],
) => sickSince(pods, { warnings, now });

test.each(['starting', 'terminating', 'finished'] as const)(
  'a %s pod is neither sick nor healthy',
  (condition) => {
    const it = pod('a', { condition });
    expect([isSick(it), isHealthy(it)]).toEqual([false, false]);
  },
);

test('the earliest crash of the sick, not of the healthy', () => {
  expect(
    since([
      sick('a', { crashedAt: at('02:46:30') }),
      sick('b', { crashedAt: at('02:46:10') }),
      pod('c', { crashedAt: at('02:40:00') }),
    ]),
  ).toBe(at('02:46:10'));
});

test('a loop remembers its last crash only; its event remembers the first', () => {
  const looping = sick('a', { crashedAt: at('02:46:30') });
  const event = (uid: string, first: string) => ({ object: { kind: 'Pod', name: 'a', uid }, first });
  expect(since([looping], [event(looping.uid, at('02:44:00')), event('another', at('02:40:00'))])).toBe(
    at('02:44:00'),
  );
});

test('a crash of yesterday is not where tonight began', () => {
  const pods = [
    sick('a', { crashedAt: '2026-11-20T02:46:30Z' }),
    { ...sick('b', { crashedAt: '2026-11-20T02:46:30Z' }), readySince: at('02:46:40') },
  ];
  expect(since(pods)).toBe(at('02:46:40'));
});

test('nobody says when', () => {
  expect(since([pod('a')])).toBeUndefined();
});
