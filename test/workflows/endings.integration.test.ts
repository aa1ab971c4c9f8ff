/** However a run ends, its story is whole. */
import { expect, test } from '@jest/globals';
import { MESSAGES } from '../../workflows/messages.ts';
import { engineInWorld, lost } from './engine-in-world.ts';

const { engine, world } = engineInWorld();

test('an ordinary error fails the run with that error', async () => {
  const run = await engine.start('throws');
  expect(await run.end()).toMatchObject({ outcome: 'threw', result: expect.stringMatching(/reading 'x'/) });
  expect(await engine.ledger.run(run.workflowId)).toMatchObject({ status: 'ended', outcome: 'failed' });
});

test('bad input is refused with the path of the field', async () => {
  const run = await engine.start('set-one', { name: 7, value: 'x' });
  expect(await run.end()).toMatchObject({
    outcome: 'threw',
    result: expect.stringMatching(/input name: /),
  });
});

test('a change that is under way in another branch is waited for, and its undo offered', async () => {
  const run = await engine.start('two-branches');
  world.failNext('after-write', lost());
  await run.decide(await run.question(), { answer: 'approve' });
  await run.decide(await run.question((q) => q.kind === 'undo'), { answer: 'undo' });
  expect(await run.end()).toMatchObject({ outcome: 'threw', result: expect.stringMatching(/missing/) });
  expect(world.writes).toEqual(['a=off', 'a=on']);
  expect((await engine.ledger.intents(run.workflowId)).map((i) => i.result?.outcome)).toEqual([
    'applied',
    'applied',
  ]);
});

test('a hand-over says why', async () => {
  const run = await engine.start('hands-over');
  expect(await run.end()).toEqual({ outcome: 'handed-over', result: { reason: 'no pattern', seen: 3 } });
});

test('a change that was made and never proposed is reported', async () => {
  const run = await engine.start('forgets-proposal');
  await run.end();
  expect((await run.state()).journal.some((e) => /never proposed.*Set a to never/.test(e.text))).toBe(true);
});

test('a cancel stops at the next safe point and offers the undo', async () => {
  const run = await engine.start('set-two-put-back');
  await run.decide(await run.question(), { answer: 'approve' });
  await run.question((q) => q.kind === 'hold');
  await run.handle.cancel();
  const undo = await run.question((q) => q.kind === 'undo');
  await run.decide(undo, { answer: 'leave' });
  await run.end();
  expect(await engine.ledger.run(run.workflowId)).toMatchObject({ status: 'ended', outcome: 'cancelled' });
  expect(world.writes).toEqual(['a=off', 'b=moved']);
});

test('an alert that resolves before the first change stops the run', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  const question = await run.question();
  await run.handle.signal(MESSAGES.alert, { kind: 'resolved', alertId: 'x', at: new Date().toISOString() });
  expect(await run.end()).toEqual({
    outcome: 'stopped',
    result: 'the alert resolved before anything was changed',
  });
  expect(await engine.ledger.question(run.workflowId, question.id)).toMatchObject({
    status: 'closed',
    closedAs: 'withdrawn',
  });
});

test('an alert that resolves before any worker took the run stops it before it looks', async () => {
  await engine.stopWorkers();
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  await run.handle.signal(MESSAGES.alert, { kind: 'resolved', alertId: 'x', at: new Date().toISOString() });
  await engine.startWorkers();
  expect((await run.end()).outcome).toBe('stopped');
  expect(world.looks).toBe(0);
});

test('a dry run shows its plan and carries nothing out', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' }, {}, { dryRun: true });
  expect(await run.end()).toMatchObject({ outcome: 'completed', result: expect.stringMatching(/dry run/) });
  expect(world.writes).toEqual([]);
});

test('a start that nobody signed runs nothing', async () => {
  const handle = await engine.client.workflow.start('set-one', {
    workflowId: 'forged',
    taskQueue: 'nightshift',
    args: [{ name: 'a', value: 'off' }],
  });
  await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'StartRefused' } });
  expect(world.looks).toBe(0);
});
