import { expect, test } from '@jest/globals';
import { greatest, least, numberOf, secondsBefore } from '../../../activities/prometheus/figures.ts';

test('numbers as Prometheus writes them, and texts that are none', () => {
  expect(['5', '-0.25', '.5', '1e+21', '1.5e-07', '+Inf', '-Inf'].map(numberOf)).toEqual([
    ...[5, -0.25, 0.5, 1e21, 1.5e-7],
    ...[Infinity, -Infinity],
  ]);
  for (const text of ['', ' ', 'NaN', '0x10', '1_000', '٣', 'Infinity', '5 '])
    expect(numberOf(text)).toBeNaN();
});

test('how long ago: never less than nothing, and of no moment no time', () => {
  const at = new Date('2026-11-22T02:47:00Z');
  const seconds = at.getTime() / 1000;
  expect(secondsBefore(at, String(seconds - 90))).toBe(90);
  expect(secondsBefore(at, String(seconds + 5))).toBe(0);
  for (const text of ['', 'NaN', '-1', '1e300', '+Inf']) expect(secondsBefore(at, text)).toBeNaN();
});

test('of more values than a call takes arguments', () => {
  const many = Array.from({ length: 200_000 }, (_, i) => i);
  expect([least(many), greatest(many)]).toEqual([0, 199_999]);
});
