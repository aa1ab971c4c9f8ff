import { expect, test } from '@jest/globals';
import { parseOptions } from '../../bench/options.ts';

test('without arguments everything is measured, in seven blocks, and nothing is kept', () => {
  expect(parseOptions([])).toEqual({
    ...{ help: false, quick: false, write: false, blocks: 7, parked: 1000, alerts: 10_000 },
    lasts: { rounds: 3 },
    parts: ['alert', 'reads', 'changes', 'decision', 'parked', 'drain', 'ssh', 'crash', 'storm'],
  });
  expect(parseOptions(['--for', '8h']).lasts).toEqual({ forMs: 8 * 3_600_000 });
  expect(parseOptions(['--only', 'parked,crash']).parts).toEqual(['parked', 'crash']);
});

test.each([
  [['--blocks', '4'], '--blocks 4: write a whole number, 5 or more'],
  [['--blocks', 'many'], '--blocks many: write a whole number, 5 or more'],
  [['--only', 'alert,nope'], '--only nope: write alert, reads, changes'],
  [['--rounds', '0'], '--rounds 0: write a whole number, 1 or more'],
  [['--for', 'long'], '--for long: write a length of time from 1m to 7d, such as 8h'],
  [['--for', ''], '--for : write a length of time'],
  [['--for', '10s'], '--for 10s: write a length of time'],
  [['--for', '8h', '--rounds', '3'], '--rounds and --for: write one of them'],
  [['--quick', '--write'], '--quick measures nothing worth keeping'],
])('%j is refused with what to write instead', (args, message) => {
  expect(() => parseOptions(args)).toThrow(message);
});
