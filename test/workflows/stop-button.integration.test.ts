/** Freezes and stops. */
import { expect, test } from '@jest/globals';
import { MESSAGES } from '../../workflows/messages.ts';
import { engineInWorld, lost } from './engine-in-world.ts';

const { engine, world, leftBy } = engineInWorld();

test('a freeze stops the effect until it is lifted', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  const freeze = await engine.ledger.freeze({
    scope: { kind: 'everything' },
    reason: 'change stop',
    by: 'ana',
  });
  await run.decide(await run.question(), { answer: 'approve' });
  const hold = await run.question((q) => q.kind === 'hold');
  expect(hold.body).toMatch(/change stop/);
  expect(world.writes).toEqual([]);
  await engine.ledger.lift(freeze.id, 'ana');
  await run.decide(hold, { answer: 'retry' });
  expect((await run.end()).outcome).toBe('completed');
  expect(world.writes).toEqual(['a=off']);
});

test('a stopped run begins no effect', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  const question = await run.question();
  await engine.ledger.stopRun(run.workflowId, { reason: 'wrong cluster', by: 'bo' });
  await run.decide(question, { answer: 'approve' });
  expect(await run.end()).toEqual({ outcome: 'stopped', result: expect.stringMatching(/wrong cluster/) });
  expect(world.writes).toEqual([]);
});

test('what was begun before a freeze is settled under it; what was not begun holds', async () => {
  const run = await engine.start('skippable');
  world.failNext('after-write', lost());
  world.probeAnswers = 'unknown';
  await run.decide(await run.question(), { answer: 'approve' });
  const unsettled = await run.question((q) => q.kind === 'hold');
  const freeze = await engine.ledger.freeze({
    scope: { kind: 'cluster', name: 'test-cluster' },
    reason: 'audit',
    by: 'ana',
  });
  world.probeAnswers = 'honestly';
  await run.decide(unsettled, { answer: 'retry' });
  const frozen = await run.question((q) => q.kind === 'hold' && q.id !== unsettled.id);
  expect(frozen.body).toMatch(/cluster test-cluster is frozen by ana: audit/);
  expect(await engine.ledger.intents(run.workflowId)).toMatchObject([
    { target: 'thing/a', result: { outcome: 'applied', settledBy: 'probe' } },
  ]);
  await engine.ledger.lift(freeze.id, 'ana');
  await run.decide(frozen, { answer: 'retry' });
  expect((await run.end()).outcome).toBe('completed');
  expect(world.writes).toEqual(['a=1', 'b=2']);
});

test('a stop wakes a run that waits; its undo is not offered but listed, with what to do', async () => {
  const run = await engine.start('set-two-put-back');
  await run.decide(await run.question(), { answer: 'approve' });
  const hold = await run.question((q) => q.kind === 'hold');
  await engine.ledger.stopRun(run.workflowId, { reason: 'wrong cluster', by: 'bo' });
  await engine.deliver();
  const result = 'the run was stopped by bo: wrong cluster';
  expect(await run.end()).toEqual({ outcome: 'stopped', result });
  expect(world.writes).toEqual(['a=off', 'b=moved']);
  expect(await engine.ledger.question(run.workflowId, hold.id)).toMatchObject({ closedAs: 'stopped' });
  expect(await engine.ledger.questions({ workflowId: run.workflowId, limit: 10 })).toHaveLength(2);
  expect((await leftBy(run.workflowId)).map((l) => l.target).sort()).toEqual(['thing/a', 'thing/b']);
  expect((await run.state()).journal.filter((e) => e.name === 'left').map((e) => e.text)).toEqual([
    expect.stringMatching(/Left as it is: Set b to moved.*by hand: Set b to here/),
    expect.stringMatching(/Left as it is: Set a to off.*by hand: Set a to on/),
  ]);
});

test('a stop ends the offer of an undo as well', async () => {
  const run = await engine.start('set-two-put-back');
  await run.decide(await run.question(), { answer: 'approve' });
  await run.decide(await run.question((q) => q.kind === 'hold'), { answer: 'abort' });
  const undo = await run.question((q) => q.kind === 'undo');
  await engine.ledger.stopRun(run.workflowId, { reason: 'hands off', by: 'bo' });
  await engine.deliver();
  expect((await run.end()).outcome).toBe('aborted');
  expect(await engine.ledger.question(run.workflowId, undo.id)).toMatchObject({ closedAs: 'stopped' });
  expect(world.writes).toEqual(['a=off', 'b=moved']);
  expect(await leftBy(run.workflowId)).toHaveLength(2);
});

test('a stop that the ledger does not know stops nothing', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  await run.handle.signal(MESSAGES.stop);
  await run.decide(await run.question(), { answer: 'approve' });
  expect((await run.end()).outcome).toBe('completed');
});
