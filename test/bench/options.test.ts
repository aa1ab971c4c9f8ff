import { expect, test } from '@jest/globals';
import { parseOptions } from '../../bench/options.ts';

test('without arguments seven blocks are measured and nothing is kept', () => {
  expect(parseOptions([])).toEqual({ help: false, quick: false, write: false, blocks: 7 });
});

test.each([
  [['--blocks', '4'], '--blocks 4: write a whole number, 5 or more'],
  [['--blocks', 'many'], '--blocks many: write a whole number, 5 or more'],
  [['--quick', '--write'], '--quick measures nothing worth keeping'],
])('%j is refused with what to write instead', (args, message) => {
  expect(() => parseOptions(args)).toThrow(message);
});
