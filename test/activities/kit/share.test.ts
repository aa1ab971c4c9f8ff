import { expect, test } from '@jest/globals';
import { shareOf, type Share } from '../../../activities/kit/index.ts';

const cases: [Share, number, number][] = [
  [2, 9, 2],
  [0, 9, 0],
  ['25%', 8, 2],
  ['25%', 11, 2],
  ['25%', 3, 1],
  ['1%', 2, 1],
  ['0%', 50, 0],
  ['100%', 3, 3],
];
for (const [share, total, is] of cases)
  test(`${share} of ${total} is ${is}: rounded down, and one at least unless it is none`, () => {
    expect(shareOf(share, total)).toBe(is);
  });
