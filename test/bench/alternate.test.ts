import { expect, test } from '@jest/globals';
import { alternate } from '../../bench/measure/alternate.ts';

test('contenders take turns, each goes first in turn, and the warm-up does not count', async () => {
  const order: string[] = [];
  const contender = (name: string) => ({ name, measure: async () => order.push(name) });
  const measured = await alternate([contender('a'), contender('b')], {
    blocks: 2,
    turns: 2,
    warmUp: 1,
    onBlock: () => undefined,
  });
  expect(order.join('')).toBe('ab' + 'abba' + 'baab');
  expect(measured).toEqual({
    a: [
      [3, 6],
      [8, 9],
    ],
    b: [
      [4, 5],
      [7, 10],
    ],
  });
});
