/** A worker dies at every point of a change. */
import { expect, test } from '@jest/globals';
import { StepFailure } from '../../activities/kit/index.ts';
import { until } from '../setup/until.ts';
import { engineInWorld, lost } from './engine-in-world.ts';

const { engine, world, leftBy } = engineInWorld();

test('after the write: the probe finds it done, and it is not done again', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  world.failNext('after-write', lost());
  await run.decide(await run.question(), { answer: 'approve' });
  expect((await run.end()).outcome).toBe('completed');
  expect(world.writes).toEqual(['a=off']);
  expect(await engine.ledger.intents(run.workflowId)).toMatchObject([
    { result: { outcome: 'applied', settledBy: 'probe' } },
  ]);
});

test('before the write: the run holds and says so; a person tries again, as the next attempt', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  world.failNext('before-write', lost());
  await run.decide(await run.question(), { answer: 'approve' });
  const hold = await run.question((q) => q.kind === 'hold');
  expect(hold.body).toMatch(/was not done/);
  await run.decide(hold, { answer: 'retry' });
  expect((await run.end()).outcome).toBe('completed');
  expect(world.writes).toEqual(['a=off']);
  expect((await engine.ledger.intents(run.workflowId)).map((i) => [i.attempt, i.result?.outcome])).toEqual([
    [1, 'not-applied'],
    [2, 'applied'],
  ]);
});

test('the worker is there, but nobody knows what became of the write: that is said, and not that it was lost', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  world.failNext('before-write', new StepFailure('unknown-outcome', 'the API server answered 500'));
  await run.decide(await run.question(), { answer: 'approve' });
  const hold = await run.question((q) => q.kind === 'hold');
  expect(hold.body).toMatch(/the API server answered 500; looking at the target shows that it was not done/);
  expect(hold.body).not.toMatch(/worker/);
  await run.decide(hold, { answer: 'abort' });
  await run.end();
});

test('after it wrote down why it failed: that reason counts, and a conflict is asked again', async () => {
  const { ledger } = engine;
  const real = { ...ledger };
  ledger.finishIntent = async (result) => {
    Object.assign(ledger, real);
    await real.finishIntent(result);
    throw lost();
  };
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  const question = await run.question();
  world.thing('a').value = 'other';
  await run.decide(question, { answer: 'approve' });
  const anew = await run.question((q) => q.id !== question.id);
  expect(anew).toMatchObject({
    kind: 'approve',
    body: expect.stringMatching(/no longer holds:\*\* a is other now, not on/),
  });
  await run.decide(anew, { answer: 'reject' });
  await run.end();
});

test('where the probe cannot tell, the run holds, and a retry looks again instead of acting', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  world.failNext('after-write', lost());
  world.probeAnswers = 'unknown';
  await run.decide(await run.question(), { answer: 'approve' });
  const hold = await run.question((q) => q.kind === 'hold');
  expect(hold.body).toMatch(/nobody can tell/);
  world.probeAnswers = 'honestly';
  await run.decide(hold, { answer: 'retry' });
  expect((await run.end()).outcome).toBe('completed');
  expect(world.writes).toEqual(['a=off']);
});

test('where the probe itself is refused, the run holds as well', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  world.failNext('after-write', lost());
  world.probeAnswers = 'refused';
  await run.decide(await run.question(), { answer: 'approve' });
  const hold = await run.question((q) => q.kind === 'hold');
  expect(hold.body).toMatch(/nobody may look/);
  world.probeAnswers = 'honestly';
  await run.decide(hold, { answer: 'retry' });
  expect((await run.end()).outcome).toBe('completed');
  expect(world.writes).toEqual(['a=off']);
});

test('and the run is cancelled meanwhile: it looks what became of the change, asks nothing, and ends', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  world.failNext('before-write', lost());
  await run.decide(await run.question(), { answer: 'approve' });
  await until(async () => (await engine.ledger.intents(run.workflowId)).length === 1);
  await run.handle.cancel();
  expect((await run.end()).outcome).toBe('threw');
  expect(await engine.ledger.run(run.workflowId)).toMatchObject({ outcome: 'cancelled' });
  expect((await engine.ledger.intents(run.workflowId))[0]?.result?.outcome).toBe('not-applied');
});

test('where nobody can tell and a person aborts, the target is listed as left', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  world.failNext('after-write', lost());
  world.probeAnswers = 'unknown';
  await run.decide(await run.question(), { answer: 'approve' });
  await run.decide(await run.question((q) => q.kind === 'hold'), { answer: 'abort' });
  expect((await run.end()).outcome).toBe('aborted');
  expect(await leftBy(run.workflowId)).toMatchObject([
    { target: 'thing/a', what: expect.stringMatching(/may have been carried out/) },
  ]);
});

test('while it waits for an answer: the run goes on where it was', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  const question = await run.question();
  const looks = world.looks;
  await engine.restartWorkers();
  await run.decide(question, { answer: 'approve' });
  expect((await run.end()).outcome).toBe('completed');
  expect(world.looks).toBe(looks);
});
