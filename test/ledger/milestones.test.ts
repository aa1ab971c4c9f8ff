import { expect, test } from '@jest/globals';
import { milestonesOf, timesOf, type IncidentEvidence } from '../../ledger/milestones.ts';

const at = (minute: number) => `2026-11-21T02:${String(minute).padStart(2, '0')}:00.000Z`;
const seen = (changes: Partial<IncidentEvidence> = {}): IncidentEvidence => ({
  receivedAt: at(48),
  endedAt: at(58),
  outcome: 'completed',
  alerts: [{ name: 'HighErrorRate', startedAt: at(47), endedAt: at(55) }],
  hands: [{ at: at(50), person: 'ana', did: 'answered approve' }],
  changedAt: at(51),
  passed: [
    { at: at(49), title: 'The node answers' },
    { at: at(53), title: 'All pods are ready' },
  ],
  said: [],
  ...changes,
});
const whenOf = (evidence: IncidentEvidence) =>
  Object.values(milestonesOf(evidence)).map((known) => ('at' in known ? known.at : known.unknown));

test('each moment names the fact that it rests on', () => {
  expect(milestonesOf(seen())).toEqual({
    'impact-began': { unknown: 'the run found no first sign of trouble' },
    detected: { at: at(47), because: 'the alert HighErrorRate started to fire' },
    acknowledged: { at: at(50), because: 'ana answered approve' },
    mitigated: { at: at(53), because: '"All pods are ready" passed after the first change' },
    resolved: { at: at(58), because: 'the run completed, and its alerts had ended' },
  });
});

test('what the run said goes first, its last word of each', () => {
  const said = [
    { milestone: 'impact-began' as const, at: at(40), because: 'a guess' },
    { milestone: 'impact-began' as const, at: at(44), because: 'the first crash' },
    { milestone: 'mitigated' as const, at: at(52), because: 'users are served' },
    { milestone: 'resolved' as const, at: at(57), because: 'it is repaired' },
  ];
  expect(whenOf(seen({ said }))).toEqual([at(44), at(47), at(50), at(52), at(57)]);
});

test('a run that changed nothing has helped nobody: only that its alerts ended is known', () => {
  const idle = seen({ changedAt: undefined, outcome: 'handed-over', hands: [] });
  expect(milestonesOf(idle)).toMatchObject({
    acknowledged: { unknown: 'no person answered the run or took it over' },
    mitigated: { at: at(55), because: 'the last of its alerts ended' },
    resolved: { at: at(55) },
  });
  const firing = seen({ ...idle, alerts: [{ name: 'A', startedAt: at(47) }] });
  expect(milestonesOf(firing)).toMatchObject({
    mitigated: { unknown: 'nothing was changed' },
    resolved: { unknown: '1 of its alerts had not ended' },
  });
});

test('of several alerts the first detects, and the last end counts', () => {
  const alerts = [
    { name: 'Late', startedAt: at(48), endedAt: at(59) },
    { name: 'Early', startedAt: at(46), endedAt: at(54) },
  ];
  expect(milestonesOf(seen({ alerts }))).toMatchObject({
    detected: { at: at(46), because: 'the alert Early started to fire' },
    resolved: { at: at(59) },
  });
});

test('who asks for a run has seen it; without an alert, its completion resolves what it changed', () => {
  const asked = { alerts: [], askedBy: 'bo', hands: [] };
  expect(milestonesOf(seen(asked))).toMatchObject({
    detected: { at: at(48), because: 'bo asked for the run' },
    acknowledged: { at: at(48) },
    resolved: { at: at(58) },
  });
  expect(milestonesOf(seen({ ...asked, outcome: 'failed' })).resolved).toEqual({
    unknown: 'the run ended as failed',
  });
  expect(milestonesOf(seen({ ...asked, endedAt: undefined, outcome: undefined })).resolved).toEqual({
    unknown: 'the run has not ended',
  });
});

test('nobody and no alert started it', () => {
  expect(milestonesOf(seen({ alerts: [] })).detected).toEqual({
    unknown: 'neither an alert nor a person started the run',
  });
});

test('times count from the impact, or the detection, and never backwards', () => {
  const minute = 60_000;
  expect(timesOf(milestonesOf(seen()))).toEqual({
    ...{ detect: undefined, acknowledge: 3 * minute, mitigate: 6 * minute, resolve: 11 * minute },
  });
  const began = (when: string) => [{ milestone: 'impact-began' as const, at: when, because: 'x' }];
  expect(timesOf(milestonesOf(seen({ said: began(at(45)) })))).toEqual({
    ...{ detect: 2 * minute, acknowledge: 3 * minute, mitigate: 8 * minute, resolve: 13 * minute },
  });
  expect(timesOf(milestonesOf(seen({ said: began(at(49)) }))).detect).toBeUndefined();
});
