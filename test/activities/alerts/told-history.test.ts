import { expect, test } from '@jest/globals';
import { AlertHistory, HistoryQuestion } from '../../../activities/alerts/contract.ts';
import {
  toldHistory,
  type Firing,
  type ReceivedFirings,
} from '../../../activities/alerts/contract/told-history.ts';

const NOW = Date.parse('2026-11-21T03:00:00.000Z');
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();
const firing = (from: number, to: number | null, changes: Partial<Firing> = {}): Firing => ({
  ...{ name: 'HighErrorRate', source: 'alertmanager', fingerprint: 'a', labels: {}, runs: [] },
  ...{ from: ago(from), endedAt: to === null ? null : ago(to), nextFrom: null },
  ...changes,
});
const tell = (firings: readonly Firing[], changes: Partial<ReceivedFirings> = {}, flaps = {}) => {
  const received = { now: ago(0), since: ago(24 * 60), heardSince: ago(10_000), ever: true, firings };
  const { flaps: rule } = HistoryQuestion.parse({ name: 'x', flaps });
  return AlertHistory.parse(toldHistory({ ...received, truncated: false, ...changes }, { flaps: rule }));
};

test('how often, for how long, what fires, and how its runs ended', () => {
  const run = (name: string, outcome: string | null) => ({
    ...{ run: name, runbook: 'crash', effect: 'joined', outcome },
  });
  const history = tell([
    firing(10, null, { runs: [run('crash/3', null)] }),
    firing(100, 70, { runs: [run('crash/1', 'completed'), run('crash/2', 'completed')] }),
    firing(200, 198, { runs: [run('crash/1', 'completed')] }),
  ]);
  expect(history).toMatchObject({
    ...{ state: 'known', from: ago(24 * 60), until: ago(0), times: 3, firing: 1 },
    ...{ firingSince: ago(10), medianSeconds: 120, longestSeconds: 1_800 },
    outcomes: { completed: 2, open: 1 },
  });
  if (history.state === 'unknown') throw new Error('it is known');
  expect(history.fired.map(({ state, seconds }) => [state, seconds])).toEqual([
    ['firing', 600],
    ['ended', 1_800],
    ['ended', 120],
  ]);
});

test('one whose end never came is told apart: no length counts it', () => {
  const lost = firing(20 * 60, null, { fingerprint: 'b' });
  expect(tell([firing(3, null), firing(60, 55), lost])).toMatchObject({
    ...{ times: 3, firing: 2, firingSince: ago(20 * 60) },
    ...{ medianSeconds: 300, longestSeconds: 300 },
  });
  expect(tell([lost])).toMatchObject({ firing: 1, medianSeconds: null, longestSeconds: null });
  expect(tell([firing(60, 55)])).toMatchObject({ firing: 0, firingSince: null });
});

test('where no end was received and it fires anew, nobody knows how long it lasted', () => {
  const missed = [firing(10, 5), firing(60, 5, { nextFrom: ago(10) })];
  expect(tell(missed)).toMatchObject({
    ...{ firing: 0, medianSeconds: 300, longestSeconds: 300 },
    fired: [{ state: 'ended' }, { state: 'end-unknown', seconds: null }],
  });
});

test('one series that fires again and again flaps; many that fire once do not', () => {
  const one = [firing(5, 4), firing(30, 20), firing(50, 40)];
  expect(tell(one)).toMatchObject({
    flapping: {
      ...{ flaps: true, lately: 3, atWorst: 3 },
      reason: 'one series of HighErrorRate began to fire 3 times in the last 1h (3 or more are flapping)',
    },
  });
  const many = one.map((f, i) => ({ ...f, fingerprint: String(i) }));
  expect(tell(many)).toMatchObject({ flapping: { flaps: false, lately: 1, atWorst: 1 } });
  expect(tell(one, {}, { times: 2, within: '15m' })).toMatchObject({ flapping: { flaps: false, lately: 1 } });
});

test('one that flapped this morning and is quiet now does not flap, and both are said', () => {
  const morning = [firing(300, 290), firing(310, 305), firing(330, 320), firing(340, 335)];
  expect(tell(morning)).toMatchObject({
    flapping: {
      ...{ flaps: false, lately: 0, atWorst: 4 },
      reason:
        'one series of HighErrorRate began to fire 0 times in the last 1h; 4 times at worst (3 or more are flapping)',
    },
  });
});

test('a source whose clock is ahead: it began now, and its length is none, not negative', () => {
  expect(tell([firing(-2, -1), firing(1, 0), firing(2, 1)])).toMatchObject({ flapping: { lately: 3 } });
  expect(tell([firing(-2, null)])).toMatchObject({ fired: [{ seconds: 0 }], medianSeconds: null });
  expect(tell([firing(-2, -2)])).toMatchObject({ fired: [{ seconds: 0 }], medianSeconds: 0 });
});

test('not in that time but before is 0; never received is unknown, and says since when it was listened', () => {
  expect(tell([])).toMatchObject({
    ...{ state: 'known', times: 0, medianSeconds: null, outcomes: {} },
    flapping: { flaps: false, reason: 'it has not fired in that time' },
  });
  expect(tell([], { ever: false })).toMatchObject({
    ...{ state: 'unknown', why: 'never-received' },
    reason: expect.stringContaining(ago(10_000)),
  });
  expect(tell([], { ever: false, heardSince: null })).toMatchObject({
    reason: expect.stringMatching(/no alert at all/),
  });
});

test('a deployment younger than the time that is asked for says what it looked at', () => {
  expect(tell([firing(5, 4)], { heardSince: ago(30) })).toMatchObject({ from: ago(30) });
});

test('what says nothing of the alert is refused', () => {
  expect(HistoryQuestion.safeParse({}).error?.issues[0]).toMatchObject({
    ...{ path: ['name'], message: 'name the alert, its fingerprint or one of its labels' },
  });
  expect(HistoryQuestion.safeParse({ name: 'x', since: '7 days' }).success).toBe(false);
});
