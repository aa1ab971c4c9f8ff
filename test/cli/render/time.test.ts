import { expect, test } from '@jest/globals';
import { clock, elapsed, moment, took } from '../../../cli/render/time.ts';

test.each([
  [-5, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [200_000, '3 min 20 s'],
  [3_600_000, '1 h'],
  [7_500_000, '2 h 5 min'],
  [273_600_000, '3 d 4 h'],
])('%i ms read %s', (ms, text) => expect(elapsed(ms)).toBe(text));

test('short steps have tenths', () => {
  expect([took(140), took(9_949), took(12_000)]).toEqual(['0.1 s', '9.9 s', '12 s']);
});

test('clock times are the reader’s, with the date when it is another day there', () => {
  const now = new Date('2026-11-21T00:30:00Z');
  expect(clock('2026-11-21T00:10:00Z', { now, timeZone: 'UTC' })).toBe('00:10:00');
  expect(clock('2026-11-20T23:50:00Z', { now, timeZone: 'UTC' })).toBe('2026-11-20 23:50:00');
  expect(clock('2026-11-20T23:50:00Z', { now, timeZone: 'Europe/Berlin' })).toBe('00:50:00');
  expect(moment('2026-11-21T00:40:00Z', { now, timeZone: 'UTC' })).toBe('00:40:00, in 10 min');
});
