/** A run that stopped at a failure, and asks. */
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { StepFailure } from '../../activities/kit/index.ts';
import { until } from '../setup/until.ts';
import { engineInWorld } from './engine-in-world.ts';
import { world as steps } from './fixtures/contract.ts';

const { engine, world, leftBy } = engineInWorld();

test('a read that fails for good holds the run; retry goes on', async () => {
  world.readFailure = new StepFailure('refused', 'the API server says no', {
    next: 'Give the reader the role',
  });
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  const hold = await run.question((q) => q.kind === 'hold');
  expect(hold.body).toMatch(/the API server says no\. Give the reader the role/);
  expect(hold.options.map((o) => o.answer)).toEqual(['retry', 'abort']);
  world.readFailure = undefined;
  await run.decide(hold, { answer: 'retry' });
  await run.decide(await run.question((q) => q.kind === 'approve'), { answer: 'approve' });
  expect((await run.end()).outcome).toBe('completed');
});

test('done by hand is believed when the probe agrees, and not before', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  world.failNext('before-write', new StepFailure('refused', 'no'));
  await run.decide(await run.question(), { answer: 'approve' });
  const hold = await run.question((q) => q.kind === 'hold');
  await run.decide(hold, { answer: 'by-hand' });
  const again = await run.question((q) => q.kind === 'hold' && q.id !== hold.id);
  expect(again.body).toMatch(/not done/);
  world.thing('a').value = 'off';
  await run.decide(again, { answer: 'by-hand' });
  expect(await run.end()).toEqual({ outcome: 'completed', result: { before: 'on', after: 'off' } });
  expect(world.writes).toEqual([]);
  expect((await engine.ledger.intents(run.workflowId)).at(-1)).toMatchObject({
    result: { outcome: 'by-hand', settledBy: 'person' },
  });
});

test('abort ends the run and offers the undo of what was carried out', async () => {
  const run = await engine.start('set-two-put-back');
  await run.decide(await run.question(), { answer: 'approve' });
  const hold = await run.question((q) => q.kind === 'hold');
  expect(hold.body).toMatch(/c is broken/);
  await run.decide(hold, { answer: 'abort' });
  const undo = await run.question((q) => q.kind === 'undo');
  expect(undo.body).toMatch(/Set b to here/);
  // What its check keeps from being put back, no undo takes past that check.
  expect(undo.body).toMatch(
    /was not put back, is not part of this.*Set a to on: world\.steady has not passed/s,
  );
  await run.decide(undo, { answer: 'undo' });
  expect((await run.end()).outcome).toBe('aborted');
  expect(world.writes).toEqual(['a=off', 'b=moved', 'b=here']);
  expect((await leftBy(run.workflowId)).map((l) => l.target)).toEqual(['thing/a']);
});

test('done by hand counts during a freeze too: nightshift only looks', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  const freeze = await engine.ledger.freeze({
    scope: { kind: 'everything' },
    reason: 'hands off',
    by: 'ana',
  });
  await run.decide(await run.question(), { answer: 'approve' });
  const hold = await run.question((q) => q.kind === 'hold');
  world.thing('a').value = 'off';
  await run.decide(hold, { answer: 'by-hand' });
  expect((await run.end()).outcome).toBe('completed');
  expect(world.writes).toEqual([]);
  await engine.ledger.lift(freeze.id, 'ana');
});

test('a change that the worker does not understand leaves no intent', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  const question = await run.question();
  const contract = steps.set.contract as { input: z.ZodType };
  const { input } = contract;
  contract.input = z.object({ name: z.number() });
  await run.decide(question, { answer: 'approve' });
  const hold = await run.question((q) => q.kind === 'hold').finally(() => (contract.input = input));
  expect(hold.body).toMatch(
    /world\.set of this worker does not take what was planned: input name: .*version/s,
  );
  expect(await engine.ledger.intents(run.workflowId)).toEqual([]);
  await run.decide(hold, { answer: 'retry' });
  expect((await run.end()).outcome).toBe('completed');
});

test('an author can ask, with answers of their own', async () => {
  const run = await engine.start('asks');
  const hold = await run.question();
  expect(hold.options.map((o) => o.answer)).toEqual(['left', 'right', 'abort']);
  await run.decide(hold, { answer: 'right' });
  expect(await run.end()).toEqual({ outcome: 'completed', result: { answer: 'right' } });
});

test('a check with a closure polls until it passes', async () => {
  const run = await engine.start('checks-closure');
  await until(async () => (await run.state()).journal.some((e) => e.kind === 'check'));
  world.thing('a').value = 'up';
  expect(await run.end()).toEqual({ outcome: 'completed', result: 'passed' });
});

test('a change that fails is put before those as well whom its plan would have gone to later', async () => {
  const run = await engine.start('escalates');
  world.failNext('before-write', new StepFailure('refused', 'a budget forbids it'));
  await run.decide(await run.question(), { answer: 'approve' });
  const hold = await run.question((q) => q.kind === 'hold');
  expect(hold.from).toEqual(['oncall', 'platform']);
  expect(await run.decide(hold, { answer: 'retry', person: 'cy' })).toMatchObject({ counted: true });
  expect((await run.end()).outcome).toBe('completed');
});
