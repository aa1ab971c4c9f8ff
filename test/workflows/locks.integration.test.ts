/** Two runs that want the same target. */
import { expect, test } from '@jest/globals';
import { MESSAGES } from '../../workflows/messages.ts';
import { until } from '../setup/until.ts';
import { engineInWorld, lost } from './engine-in-world.ts';
import type { Run } from './harness.ts';

const { engine, world } = engineInWorld();

/** A run that has set a and b, and holds both until a is put back, which needs c fixed; it asks what now. */
async function holder(): Promise<Run> {
  const run = await engine.start('set-two-put-back');
  await run.decide(await run.question(), { answer: 'approve' });
  await run.question((q) => q.kind === 'hold');
  return run;
}

async function cancelAndUndo(run: Run): Promise<void> {
  await run.handle.cancel();
  await run.decide(await run.question((q) => q.kind === 'undo'), { answer: 'undo' });
  await run.end();
  expect(await engine.ledger.run(run.workflowId)).toMatchObject({ outcome: 'cancelled' });
}

/** A run that was approved to set a, and waits for its turn. */
async function waiterFor(first: Run): Promise<Run> {
  const run = await engine.start('set-one', { name: 'a', value: 'mine' });
  await run.decide(await run.question(), { answer: 'approve' });
  const waits = async () => (await engine.ledger.run(run.workflowId))?.waits;
  await until(waits);
  expect(await waits()).toMatchObject({ what: 'thing/a, which another run holds', on: [first.workflowId] });
  return run;
}

test('a run waits for the plan of another, says for whom, and goes on by itself when that plan is over', async () => {
  const first = await engine.start('set-two-put-back');
  const second = await engine.start('set-one', { name: 'a', value: 'mine' });
  const [mine, theirs] = [await first.question(), await second.question()];
  await first.decide(mine, { answer: 'approve' });
  const hold = await first.question((q) => q.kind === 'hold');
  await second.decide(theirs, { answer: 'approve' });
  const story = await until(async () =>
    (await second.state()).journal.find((entry) => entry.kind === 'wait' && entry.status === 'waiting'),
  );
  expect(story.text).toContain(`the run ${first.workflowId} has held thing/a for its plan`);
  expect(world.writes).toEqual(['a=off', 'b=moved']);

  world.thing('c').value = 'fixed';
  await first.decide(hold, { answer: 'retry' });
  expect((await first.end()).outcome).toBe('completed');
  // What the person approved holds again, since a was put back.
  expect((await second.end()).outcome).toBe('completed');
  expect(world.writes).toEqual(['a=off', 'b=moved', 'a=on', 'a=mine']);
});

test('a run that is cancelled lets go once it has undone what it did, and the next goes on', async () => {
  const first = await holder();
  const second = await waiterFor(first);
  world.thing('c').value = 'fixed';
  await cancelAndUndo(first);
  // It was approved when a was off; that no longer holds.
  const again = await second.question((q) => q.kind === 'approve');
  expect(again.body).toContain('no longer holds');
  await second.decide(again, { answer: 'approve' });
  expect((await second.end()).outcome).toBe('completed');
  expect(world.writes).toEqual(['a=off', 'b=moved', 'a=on', 'b=here', 'a=mine']);
});

test('a run whose worker was killed in the middle keeps its targets until it has settled what it began', async () => {
  world.failNext('after-write', lost());
  const first = await engine.start('set-one', { name: 'a', value: 'off' });
  const second = await engine.start('set-one', { name: 'a', value: 'off' });
  const [mine, theirs] = [await first.question(), await second.question()];
  world.probeAnswers = 'unknown';
  await first.decide(mine, { answer: 'approve' });
  const hold = await first.question((q) => q.kind === 'hold');
  await second.decide(theirs, { answer: 'approve' });
  await until(async () => (await engine.ledger.run(second.workflowId))?.waits);
  expect(world.writes).toEqual(['a=off']);
  world.probeAnswers = 'honestly';
  await first.decide(hold, { answer: 'retry' });
  expect((await first.end()).outcome).toBe('completed');
  expect((await second.end()).outcome).toBe('completed');
  expect(world.writes).toEqual(['a=off']);
});

test('a run that waits can be cancelled, and one whose alert resolves meanwhile ends: nothing was begun', async () => {
  const first = await holder();
  const [cancelled, resolved] = [await waiterFor(first), await waiterFor(first)];
  await cancelled.handle.cancel();
  await cancelled.end();
  expect(await engine.ledger.run(cancelled.workflowId)).toMatchObject({ outcome: 'cancelled' });
  await resolved.handle.signal(MESSAGES.alert, {
    kind: 'resolved',
    alertId: 'x',
    at: new Date().toISOString(),
  });
  expect((await resolved.end()).outcome).toBe('stopped');
  expect(world.writes).toEqual(['a=off', 'b=moved']);
  await cancelAndUndo(first);
});
