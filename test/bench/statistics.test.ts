import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mean, median, middleHalf, ratioPairs, slope, spread } from '../../bench/measure/statistics.ts';

test('the median is the middle value, or the mean of the middle two', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 100, 2])).toBe(3);
  expect(median([7])).toBe(7);
  expect(() => median([])).toThrow('the median of nothing');
});

test('one slow value does not move the median, and the spread shows it', () => {
  expect(spread([10, 11, 12, 13, 500])).toEqual({ median: 12, least: 10, most: 500 });
});

test('the median leaves the values as they were', () => {
  const values = [3, 1, 2];
  median(values);
  expect(values).toEqual([3, 1, 2]);
});

test('a ratio is taken of what was measured side by side', () => {
  expect(ratioPairs([20, 200, 30], [10, 100, 10])).toEqual([2, 2, 3]);
  expect(() => ratioPairs([1, 2], [1])).toThrow('2 values cannot be paired with 1');
});

test('the slope is what one more costs, whatever the fixed cost is', () => {
  expect(slope([3, 12, 40].map((x) => ({ x, y: 50 + 2 * x })))).toBeCloseTo(2, 10);
  expect(() => slope([{ x: 3, y: 1 }])).toThrow('two different x');
});

test('the slope of any line is found again', () => {
  fc.assert(
    fc.property(fc.integer({ min: -100, max: 100 }), fc.integer({ min: -1000, max: 1000 }), (cost, fixed) => {
      expect(slope([1, 6, 9].map((x) => ({ x, y: fixed + cost * x })))).toBeCloseTo(cost, 6);
    }),
  );
});

test('the middle half leaves out the fastest and the slowest quarter, and its parts add up to its whole', () => {
  const runs = [1, 100, 3, 4, 5, 6, 2, 900].map((whole) => ({ whole, parts: [whole / 4, (3 * whole) / 4] }));
  const middle = middleHalf(runs, (r) => r.whole);
  expect(middle.map((r) => r.whole)).toEqual([3, 4, 5, 6]);
  const parts = [0, 1].map((i) => mean(middle.map((r) => r.parts[i]!)));
  expect(parts[0]! + parts[1]!).toBeCloseTo(mean(middle.map((r) => r.whole)), 10);
});
