import { expect, test } from '@jest/globals';
import { fullestOf, isFull, poolHolder, poolInWords } from '../../../runbooks/analysis/pool-holder.ts';

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

test('a function is known as one that waits by its own name, not by its package or a part of it', () => {
  const names = [
    'github.com/shop/checkout/db.(*Orders).Export',
    'main.(*stakeholders).Email',
    'main.intake',
    'main.waitForDatabase',
  ];
  for (const name of names)
    expect(poolHolder(pool, { total: 8, ownCode: [place(name, 1)] })).toMatchObject({
      who: 'function',
      function: name,
    });
});

test('connections were lost where all but a few wait for one, and how many do is said', () => {
  const profile = { total: 44, waiting: 40, ownCode: [place('main.main', 1 / 44)] };
  expect(poolHolder(pool, profile)).toMatchObject({ who: 'nobody', words: expect.stringMatching(/40 wait/) });
});

test('where none of the program’s own functions is seen, who has them is not known', () => {
  expect(poolHolder(pool, { total: 8, ownCode: [] }).who).toBe('unknown');
});

test('what is not measured for long enough is no connection that comes back, nor one that never does', () => {
  const young = { ...pool, leastInUse: null };
  expect(poolHolder(young, { total: 8, ownCode: [place('main.export', 1)] })).toMatchObject({
    who: 'unknown',
    words: expect.stringMatching(/whether they come back is not measured yet/),
  });
  expect(poolInWords(young)).toBe('a: 10 of 10 in use, for how long is not measured yet');
});

test('of full pools the one is looked at whose connections come back least', () => {
  const b = { pod: 'b', inUse: 20, size: 20, leastInUse: 12 };
  const c = { pod: 'c', inUse: 10, size: 10, leastInUse: null };
  expect(fullestOf([c, b, pool])).toBe(pool);
  expect(fullestOf([])).toBeUndefined();
});

test('without a profile who has them is not known', () => {
  expect(poolHolder(pool, undefined).who).toBe('unknown');
});
