/** What a deploy check says to a person. */
import { expect, test } from '@jest/globals';
import { breaks, type DeployCheck, type ReplayBreak } from '../../../cli/deploy/check-deploy.ts';
import { renderCheck } from '../../../cli/deploy/render-check.ts';
import { screenOf } from '../render/samples.ts';

const harmless: DeployCheck = {
  version: 'b2',
  replayed: { open: 2, ended: 1 },
  contracts: [],
  waiting: [],
  replays: [],
  unseen: [],
};
const parked: ReplayBreak = {
  workflowId: 'drain-1',
  type: 'drain',
  state: 'open',
  pinned: true,
  event: 12,
  at: 'the step kubernetes.listPods',
  why: 'another step comes here',
};
const shown = (check: DeployCheck) => renderCheck(check, screenOf(200)).join('\n');

test('nothing breaks', () => {
  expect(shown(harmless)).toMatch(/Version b2, with 2 open and 1 ended runs .*:\n✔ Nothing breaks\./);
  expect(breaks(harmless, { strict: true })).toBe(false);
});

test('a history that does not replay, of a run that ends on its own version: said, and a failure only when strict', () => {
  const check = { ...harmless, replays: [parked] };
  expect(shown(check)).toMatch(/! drain: 1 does not replay; it ends on the version that it began with\./);
  expect(shown(check)).toMatch(
    /drain-1 \(open\) parts at event 12, the step kubernetes\.listPods: another step/,
  );
  expect([breaks(check, { strict: false }), breaks(check, { strict: true })]).toEqual([false, true]);
});

test('a run whose version is kept no longer would stand still', () => {
  const check = {
    ...harmless,
    replays: [parked, { ...parked, workflowId: 'move-1', type: 'move', pinned: false }],
  };
  expect(shown(check)).toMatch(/✘ move: 1 does not replay; 1 of them would stand still\./);
  expect(breaks(check, { strict: false })).toBe(true);
});

test('a step whose input changed: whose runs call it as it was; a run that could not begin', () => {
  const check = {
    ...harmless,
    contracts: [
      {
        version: 'a1',
        step: 'kubernetes.cordonNode',
        what: 'input: nodeName is required',
        runs: ['drain-1'],
      },
    ],
    waiting: [{ workflowId: 'drain-2', problem: 'its input: node: expected string' }],
  };
  expect(shown(check)).toMatch(
    /✘ kubernetes\.cordonNode input: nodeName is required\. Runs of version a1 call it as it was: drain-1\./,
  );
  expect(shown(check)).toMatch(/✘ drain-2 has not begun, and could not: its input: node: expected string\./);
  expect(breaks(check, { strict: false })).toBe(true);
});

test('what the ledger does not know was not looked at; what takes every version may break', () => {
  const withOne = (moves: boolean): DeployCheck => ({
    ...harmless,
    unseen: [{ workflowId: 'drain-1/reminder-1', type: 'reminder', moves }],
  });
  const [stays, moves] = [withOne(false), withOne(true)];
  expect(shown(stays)).toMatch(
    /! Not looked at, since the ledger does not know them: drain-1\/reminder-1 \(reminder\)\. They keep/,
  );
  expect(breaks(stays, { strict: true })).toBe(false);
  expect(shown(moves)).toMatch(
    /✘ Not looked at, .* end them: temporal\s+workflow terminate --workflow-id ID/,
  );
  expect(shown(moves)).not.toMatch(/Nothing breaks/);
  expect(breaks(moves, { strict: false })).toBe(true);
});
