import { expect, test } from '@jest/globals';
import { stackedBars, table } from '../../bench/report/print.ts';

test('a table aligns its columns', () => {
  expect(
    table([
      ['stage', 'ms'],
      ['intent', '4.0'],
    ]),
  ).toBe('stage     ms\nintent   4.0');
});

test('each bar begins where the one before ended, and what takes hardly any time is still seen', () => {
  const lines = stackedBars([
    { name: 'plan', ms: 30 },
    { name: 'grant', ms: 0.1 },
    { name: 'apply', ms: 9.9 },
  ]).split('\n');
  const bars = lines.slice(0, 3).map((line) => line.slice('plan '.length + 2 + 7 + 2));
  expect(bars.map((bar) => bar.indexOf('█'))).toEqual([0, 30, 30]);
  expect(bars.map((bar) => bar.trim().length)).toEqual([30, 1, 10]);
  expect(lines[3]).toMatch(/together +40\.0$/);
});
