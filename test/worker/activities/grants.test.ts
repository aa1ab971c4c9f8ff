import { expect, test } from '@jest/globals';
import { changeHash, type PlannedChange } from '../../../activities/kit/index.ts';
import type { ActivityDependencies } from '../../../worker/activities/dependencies.ts';
import { verifyGrant } from '../../../worker/activities/grants.ts';
import type { ApplyRequest } from '../../../workflows/engine-activities.ts';

const change = (summary: string): PlannedChange => ({
  step: 'world.set',
  version: 1,
  input: {},
  target: 'thing/a',
  summary,
  risk: 'reversible',
  diff: [],
  preconditions: {},
  preimage: {},
  dryRun: 'none',
  warnings: [],
});

/** Asks to undo `undone` in a plan of these changes and put-backs. Refused before anybody is asked about a grant. */
const undoOf = (undone: PlannedChange, plan: { changes: PlannedChange[]; putBacks: PlannedChange[] }) =>
  verifyGrant(
    {} as ActivityDependencies,
    {
      change: undone,
      position: { kind: 'undo', index: 0 },
      plan: {
        ordinal: 1,
        title: 'Test',
        changes: plan.changes.map(changeHash),
        putBacks: plan.putBacks.map(changeHash),
        risk: 'reversible',
        steps: [],
      },
    } as Partial<ApplyRequest> as ApplyRequest,
    'run',
  );

test('an undo is not undone', async () => {
  const undo = change('Set a to on');
  expect(await undoOf(undo, { changes: [], putBacks: [undo] })).toEqual({
    granted: false,
    message:
      '"Set a to on" is itself a way back: what was undone or put back is not undone again; propose the change anew',
  });
});

test('a change without an undo says so', async () => {
  const lasting = change('Destroy a');
  expect(await undoOf(lasting, { changes: [lasting], putBacks: [] })).toMatchObject({
    message: '"Destroy a" cannot be undone: its step names no undo',
  });
});
