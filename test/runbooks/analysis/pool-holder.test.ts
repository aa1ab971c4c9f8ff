import { expect, test } from '@jest/globals';
import { isFull, poolHolder } from '../../../runbooks/analysis/pool-holder.ts';

const pool = { pod: 'a', inUse: 10, size: 10, leastInUse: 10 };
const place = (name: string, share: number) => ({ function: name, at: '', share });

test('nine of ten is full, eight of ten is not', () => {
  expect(isFull({ inUse: 9, size: 10 })).toBe(true);
  expect(isFull({ inUse: 8, size: 10 })).toBe(false);
});

test('connections that came back once in the window are in turn, whatever the goroutines do', () => {
  const profile = { total: 30, ownCode: [place('main.report', 1)] };
  expect(poolHolder({ ...pool, leastInUse: 4 }, profile).who).toBe('in-turn');
});

test('goroutines that wait for a connection do not have one, and a loop of its own is nobody', () => {
  const profile = {
    total: 24,
    ownCode: [place('(*pool).take', 20 / 24), ...['main.a', 'main.b', 'main.c'].map((f) => place(f, 1 / 24))],
  };
  expect(poolHolder(pool, profile)).toMatchObject({
    who: 'nobody',
    words: expect.stringMatching(/only 0 goroutines do anything with one/),
  });
});

test('the function that most of those with a connection stand in is named', () => {
  const profile = {
    total: 20,
    ownCode: [place('(*pool).take', 0.5), place('main.export', 0.3), place('main.page', 0.2)],
  };
  expect(poolHolder(pool, profile)).toMatchObject({ who: 'function', function: 'main.export' });
});

test('without a profile who has them is not known', () => {
  expect(poolHolder(pool, undefined).who).toBe('unknown');
});
