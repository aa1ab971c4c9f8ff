import { expect, test } from '@jest/globals';
import { parseOptions } from '../../bench/options.ts';

test('without arguments everything is measured, in seven blocks, and nothing is kept', () => {
  expect(parseOptions([])).toEqual({
    ...{ help: false, quick: false, write: false, blocks: 7, parked: 1000, rounds: 3, alerts: 10_000 },
    parts: ['alert', 'reads', 'changes', 'decision', 'parked', 'drain', 'ssh', 'crash', 'storm'],
  });
  expect(parseOptions(['--only', 'parked,crash']).parts).toEqual(['parked', 'crash']);
});

test.each([
  [['--blocks', '4'], '--blocks 4: write a whole number, 5 or more'],
  [['--blocks', 'many'], '--blocks many: write a whole number, 5 or more'],
  [['--only', 'alert,nope'], '--only nope: write alert, reads, changes'],
  [['--rounds', '0'], '--rounds 0: write a whole number, 1 or more'],
  [['--quick', '--write'], '--quick measures nothing worth keeping'],
])('%j is refused with what to write instead', (args, message) => {
  expect(() => parseOptions(args)).toThrow(message);
});
