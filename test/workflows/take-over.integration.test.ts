/** A person takes a run over, acts by hand, and gives it back. */
import { expect, test } from '@jest/globals';
import { StepFailure } from '../../activities/kit/index.ts';
import { until } from '../setup/until.ts';
import { engineInWorld } from './engine-in-world.ts';
import type { Run } from './harness.ts';

const { engine, world, recordOf } = engineInWorld();

async function takenOver(run: Run): Promise<void> {
  await engine.ledger.takeOver(run.workflowId, { by: 'cy', reason: 'I do it myself' });
  await engine.deliver();
  await until(async () => (await run.state()).doing === 'cy has taken the run over: I do it myself');
}
async function givenBack(run: Run): Promise<void> {
  await engine.ledger.giveBack(run.workflowId, { by: 'cy', reason: 'set a' });
  await engine.deliver();
}

test('what was done by hand is adopted, with the name of whoever did it, and nobody is asked for it', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  const question = await run.question();
  await takenOver(run);
  await until(async () => (await engine.ledger.question(run.workflowId, question.id))?.status === 'closed');
  expect(await engine.ledger.question(run.workflowId, question.id)).toMatchObject({ closedAs: 'taken-over' });
  expect(await run.decide(question, { answer: 'approve' })).toMatchObject({ counted: false });
  expect(await engine.ledger.run(run.workflowId)).toMatchObject({
    waits: { what: 'cy has taken it over: I do it myself' },
  });
  world.thing('a').value = 'off';
  await givenBack(run);
  expect(await run.end()).toEqual({ outcome: 'completed', result: { before: 'on', after: 'off' } });
  expect(world.writes).toEqual([]);
  expect(await engine.ledger.intents(run.workflowId)).toMatchObject([
    { result: { outcome: 'by-hand', settledBy: 'person', message: 'done by cy' } },
  ]);
  expect(await recordOf(run.workflowId)).toMatch(/taken-over.*given-back/s);
});

test('what is left to do is planned against what that person left, and asked anew', async () => {
  const run = await engine.start('changes-then-asks');
  const before = await run.question();
  await takenOver(run);
  world.thing('a').value = 'off';
  await givenBack(run);
  const anew = await run.question((q) => q.id !== before.id);
  expect(anew.body).toMatch(/cy had taken the run over, and has given it back:\*\* set a/);
  expect(anew.plan!.changes.map((c) => c.diff.length)).toEqual([0, 1]);
  await run.decide(anew, { answer: 'approve' });
  await run.question((q) => q.title === 'Go on?');
  expect(world.writes).toEqual(['b=moved']);
  const outcomes = (await engine.ledger.intents(run.workflowId)).map((i) => i.result?.outcome);
  expect(outcomes).toEqual(['by-hand', 'applied']);
  await engine.ledger.stopRun(run.workflowId, { by: 'cy', reason: 'enough' });
  await engine.deliver();
  await run.end();
});

test('what was done by hand while the approved change waited is adopted as well', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  const question = await run.question();
  await engine.ledger.takeOver(run.workflowId, { by: 'cy', reason: 'I do it myself' });
  await run.decide(question, { answer: 'approve' });
  await until(async () =>
    (await run.state()).journal.some((e) => e.kind === 'wait' && /cy has taken/.test(e.text)),
  );
  world.thing('a').value = 'off';
  await givenBack(run);
  expect((await run.end()).outcome).toBe('completed');
  expect(world.writes).toEqual([]);
  expect(await engine.ledger.intents(run.workflowId)).toMatchObject([
    { result: { outcome: 'by-hand', settledBy: 'person' } },
  ]);
});

test('once it is acknowledged nothing begins, also before the run has heard of it, and whoever approves', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  const question = await run.question();
  await engine.ledger.takeOver(run.workflowId, { by: 'cy', reason: 'I do it myself' });
  await run.decide(question, { answer: 'approve' });
  const waits = async () =>
    (await run.state()).journal.some((e) => e.kind === 'wait' && /cy has taken/.test(e.text));
  await until(waits);
  expect(await engine.ledger.intents(run.workflowId)).toEqual([]);
  await givenBack(run);
  expect((await run.end()).outcome).toBe('completed');
  expect(world.writes).toEqual(['a=off']);
});

test('a hold looks again by itself when the run is given back', async () => {
  world.readFailure = new StepFailure('refused', 'no');
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  const hold = await run.question((q) => q.kind === 'hold');
  await takenOver(run);
  world.readFailure = undefined;
  await givenBack(run);
  await run.decide(await run.question((q) => q.kind === 'approve'), { answer: 'approve' });
  expect((await run.end()).outcome).toBe('completed');
  expect(hold.title).toMatch(/look at a/);
});

test('one person has it at a time, and gives it back themselves; the stop button works all the same', async () => {
  const run = await engine.start('asks');
  await run.question();
  const { ledger } = engine;
  await takenOver(run);
  await ledger.takeOver(run.workflowId, { by: 'cy', reason: 'again' });
  await expect(ledger.takeOver(run.workflowId, { by: 'bo', reason: 'me' })).rejects.toThrow(
    'cy has taken it over already: I do it myself',
  );
  await expect(ledger.giveBack(run.workflowId, { by: 'bo', reason: 'me' })).rejects.toThrow(
    'cy has taken it over, and gives it back',
  );
  await ledger.stopRun(run.workflowId, { by: 'bo', reason: 'enough' });
  await engine.deliver();
  expect((await run.end()).outcome).toBe('stopped');
  await expect(ledger.takeOver(run.workflowId, { by: 'bo', reason: 'me' })).rejects.toThrow(
    'the run is over',
  );
});
