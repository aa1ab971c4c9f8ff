import { expect, test } from '@jest/globals';
import { historyShare, tooLong } from '../../../testing/run/too-long.ts';
import { LONG_HISTORY, type JournalEntry } from '../../../workflows/messages.ts';

const MEGABYTE = 1024 * 1024;
const journal: JournalEntry[] = [
  { seq: 1, at: '2026-11-21T02:47:00.000Z', kind: 'note', name: 'note', text: 'all is well', status: 'ok' },
];
const warned: JournalEntry[] = [...journal, { ...journal[0]!, name: LONG_HISTORY, text: 'Cut it.' }];
const allowed = undefined;

test('a short history is none that a test needs to speak of', () => {
  expect(tooLong({ size: { events: 900, bytes: MEGABYTE }, allowed, journal })).toBeUndefined();
});

test('many events, or many bytes, fail the test with the advice and the way to mean it', () => {
  expect(tooLong({ size: { events: 4_200, bytes: MEGABYTE }, allowed, journal: warned })).toBe(
    `the run ended, and it is longer than a run should be: it used 8.2% of the history that Temporal allows a run (4200 of 51200 events, 1.0 of 50 MB).
Cut it.
Where that is meant: stage.longHistory('10%')`,
  );
  expect(tooLong({ size: { events: 10, bytes: 5 * MEGABYTE }, allowed, journal })).toMatch(/runRunbook/);
});

test('a test that means a long run is held to what it said', () => {
  const size = { events: 10_000, bytes: 0 };
  expect(tooLong({ size, allowed: historyShare('20%'), journal: warned })).toBeUndefined();
  expect(tooLong({ size, allowed: historyShare('10%'), journal: warned })).toMatch(
    /longer than longHistory\('10%'\) allows: it used 20%/,
  );
});

test('a share that says nothing, or that no run comes to, is refused', () => {
  for (const share of ['8%', '81%', 'much%', '20'] as `${number}%`[])
    expect(() => historyShare(share)).toThrow(/more than 8%, which every test has, and no more than 80%/);
});
