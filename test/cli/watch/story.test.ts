import { expect, test } from '@jest/globals';
import { newLines, NOTHING_PRINTED } from '../../../cli/watch/story.ts';
import { nowLines } from '../../../cli/watch/now.ts';
import { columns } from '../../../cli/render/layout.ts';
import type { JournalEntry } from '../../../workflows/messages.ts';
import { detail, run, screenOf } from '../render/samples.ts';

const entry = (
  seq: number,
  status: JournalEntry['status'],
  kind: JournalEntry['kind'] = 'check',
): JournalEntry => ({
  seq,
  at: '2026-11-21T02:48:00Z',
  ...(status === 'running' || status === 'waiting' ? {} : { endedAt: '2026-11-21T02:48:30Z' }),
  kind,
  name: 'x',
  text: `entry ${seq}`,
  status,
});
const withJournal = (...journal: JournalEntry[]) => ({ ...detail, state: { ...run, journal } });
const tell = (states: ReturnType<typeof withJournal>[]) => {
  let printed = NOTHING_PRINTED;
  return states.map((state) => {
    const next = newLines(printed, state, screenOf(80));
    printed = next.printed;
    return next.lines;
  });
};

test('an entry is printed once, when it has ended, at that moment', () => {
  expect(
    tell([
      withJournal(entry(1, 'running')),
      withJournal(entry(1, 'ok'), entry(2, 'running')),
      withJournal(entry(1, 'ok'), entry(2, 'failed')),
      withJournal(entry(1, 'ok'), entry(2, 'failed')),
    ]),
  ).toEqual([[], ['+1m20s  ✔ check     entry 1 (30 s)'], ['+1m20s  ✘ check     entry 2 (failed, 30 s)'], []]);
});

test('what waits is printed when it begins to wait, and again when it has ended', () => {
  const lines = tell([withJournal(entry(1, 'waiting')), withJournal(entry(1, 'ok'))]);
  expect(lines.map((l) => l.length)).toEqual([1, 1]);
});

test('an answered question is not printed again: its decision is', () => {
  const lines = tell([withJournal(entry(1, 'waiting', 'question')), withJournal(entry(1, 'ok', 'question'))]);
  expect(lines.map((l) => l.length)).toEqual([1, 0]);
});

test('the live lines fit, and say for how long and until when', () => {
  const state = { ...run, journal: [1, 2, 3, 4, 5].map((seq) => entry(seq, 'running')) };
  const lines = nowLines({ ...detail, state }, screenOf(40));
  expect(lines.filter((line) => columns(line) > 39)).toEqual([]);
  expect(lines.at(0)).toBe('… entry 1, 1 min 30 s');
  expect(lines.at(3)).toBe('  and 2 more');
  expect(nowLines(detail, screenOf(120)).at(-1)).toBe(
    '⏸ approval of "Move payment-service off node-worker-3" (payments-oncall), for 40 s, until 02:58:50, in 9 min 20 s',
  );
});

test('what a change waits for is said with since when, and for whom', () => {
  const waits = {
    what: 'disruption budget "zones": takes 1 of 1 that may be away of the 2 nodes of zone b; away already: n3 (cordoned by ana)',
    on: ['drain/n3/1'],
    since: '2026-11-21T02:48:30Z',
  };
  const { waitingFor: _, ...state } = run;
  const lines = nowLines({ ...detail, run: { ...detail.run, waits }, state }, screenOf(200));
  expect(lines).toContain(`⏸ waits: ${waits.what}: drain/n3/1, for 1 min`);
});
