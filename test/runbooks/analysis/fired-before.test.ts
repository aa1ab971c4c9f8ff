import { expect, test } from '@jest/globals';
import type { AlertHistory } from '../../../activities/alerts/contract.ts';
import { firedBefore } from '../../../runbooks/analysis/fired-before.ts';

type Known = Extract<AlertHistory, { state: 'known' }>;
type Fired = Known['fired'][number];

const run = (name: string, outcome: string | null = null) => ({
  ...{ run: name, runbook: 'triage', effect: 'new', outcome },
});
const fired = (from: string, different: Partial<Fired> = {}): Fired => ({
  ...{ name: 'HTTP5xx', source: 'alertmanager', fingerprint: 'a', labels: {} },
  ...{ from, state: 'ended', seconds: 720, runs: [] },
  ...different,
});
const history = (different: Partial<Known>): Known => ({
  ...{ state: 'known', from: '2026-11-14T03:00:00.000Z', until: '2026-11-21T03:00:00.000Z', times: 3 },
  ...{ firing: 1, firingSince: '2026-11-21T02:55:00.000Z', medianSeconds: 720, longestSeconds: 720 },
  flapping: { flaps: false, lately: 1, atWorst: 1, reason: 'it began to fire once in the last 1h' },
  ...{ outcomes: {}, fired: [], truncated: false, ...different },
});
const asking = { run: 'triage/3', alert: 'HTTP5xx', alertStartedAt: '2026-11-21T02:55:00.000Z' };
const tell = (different: Partial<Known>, of: Parameters<typeof firedBefore>[1]['asking'] = asking) =>
  firedBefore(history(different), { name: 'HTTP5xx', since: '7d', asking: of });

const present = fired(asking.alertStartedAt, { state: 'firing', seconds: 300, runs: [run('triage/3')] });
const before = fired('2026-11-20T02:00:00.000Z', { runs: [run('triage/2', 'handed-over')] });

test('this time is said to be included, and this run is none of those before', () => {
  const { words, evidence } = tell({
    ...{ times: 2, fired: [present, before], outcomes: { open: 1, 'handed-over': 1 } },
  });
  expect(words).toBe(
    'HTTP5xx fired 2 times in 7d, this time included, for 12 min at the longest. Its other runs: handed-over 1.',
  );
  expect(evidence).toEqual([
    'it began to fire once in the last 1h',
    '2026-11-21T02:55:00.000Z HTTP5xx, no end received in 5 min: this run',
    '2026-11-20T02:00:00.000Z HTTP5xx, ended after 12 min: triage/2 handed-over',
  ]);
});

test('the first of its kind', () => {
  const first = { times: 1, medianSeconds: null, longestSeconds: null, fired: [present] };
  expect(tell({ ...first, outcomes: { open: 1 } }).words).toBe(
    'HTTP5xx fired once in 7d, this time included.',
  );
});

test('a run that only tries knows its alert by when it began', () => {
  expect(tell({ fired: [{ ...present, runs: [] }, before], outcomes: { open: 1 } }).words).toBe(
    'HTTP5xx fired 3 times in 7d, this time included, for 12 min at the longest. Its other runs: open 1.',
  );
});

test('of which no end was received beside this one, is said apart', () => {
  const lost = fired('2026-11-18T02:00:00.000Z', { state: 'firing', seconds: 262_800 });
  expect(tell({ firing: 2, fired: [present, lost] }).words).toContain(
    'for 12 min at the longest. Of one more no end was received: it fires still, or its end never came.',
  );
  expect(tell({ firing: 3, fired: [lost, lost, lost] }, { run: 'triage/9' }).words).toBe(
    'HTTP5xx fired 3 times in 7d, for 12 min at the longest. Of 3 no end was received: they fire still, or their ends never came.',
  );
});
