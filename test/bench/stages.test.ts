import { expect, test } from '@jest/globals';
import { budget, cut, total } from '../../bench/measure/stages.ts';

const run = (...until: number[]) =>
  cut(
    0,
    until.map((at, i) => ({ name: 'abc'[i]!, until: at })),
  );

test('a run is cut at its moments, and the stages add up to the whole', () => {
  const stages = run(2, 5, 11);
  expect(stages).toEqual([
    { name: 'a', ms: 2 },
    { name: 'b', ms: 3 },
    { name: 'c', ms: 6 },
  ]);
  expect(total(stages)).toBe(11);
});

test('moments out of order are an error that names the stage', () => {
  expect(() => run(5, 2)).toThrow('the stage "b" ends 3 ms before it begins');
});

test('the budget is that of the middle half: a run that stumbled does not count', () => {
  const runs = [run(1, 2), run(2, 4), run(4, 6), run(1, 900)];
  expect(budget(runs)).toEqual([
    { name: 'a', ms: 3 },
    { name: 'b', ms: 2 },
  ]);
});
