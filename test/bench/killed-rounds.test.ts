import { expect, test } from '@jest/globals';
import { lastInWords, sumOf, type KilledRound } from '../../bench/measure/killed-rounds.ts';
import { printKilledWorkers } from '../../bench/report/print.ts';

const cold: KilledRound = { mode: 'cold', changes: 200, goneOnMs: 22_000.4, duplicated: 0, lost: 0, held: 2 };
const standby: KilledRound = { ...cold, mode: 'standby', goneOnMs: 20_000, held: 1 };

test('rounds are summed up, those with a standby apart from those without', () => {
  expect(sumOf([cold, standby, { ...cold, goneOnMs: 24_000.4, lost: 1 }])).toEqual({
    ...{ rounds: 3, changes: 600, duplicated: 0, lost: 1, held: 5 },
    goneOnMs: {
      cold: { median: 23_000.4, least: 22_000.4, most: 24_000.4 },
      standby: { median: 20_000, least: 20_000, most: 20_000 },
    },
  });
});

test('after each round the sums so far are told', () => {
  expect(lastInWords([cold, standby])).toBe(
    'B8: round 2 (standby): gone on after 20000 ms; so far 400 changes, 0 duplicated, 0 lost, 3 held',
  );
});

test('where it was interrupted before a round with a standby, the table says so', () => {
  expect(printKilledWorkers({ runsPerRound: 50, ...sumOf([cold]) })).toMatch(
    /killed, 1 times\n.*standby \(ms\) +no round\n.*without \(ms\) +22000 \(22000 to 22000\)/,
  );
});
