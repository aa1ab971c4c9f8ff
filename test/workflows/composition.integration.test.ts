/** A run that starts another one: two records, linked both ways, and one stop button for both. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { MESSAGES } from '../../workflows/messages.ts';
import { until } from '../setup/until.ts';
import { World } from './fixtures/steps.ts';
import { startEngine, type Engine, type Run } from './harness.ts';

const world = new World();
let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({
    entry: new URL('./fixtures/composing.ts', import.meta.url),
    steps: world.steps,
  });
});
afterAll(() => engine.stop());
beforeEach(() => {
  world.reset();
  world.put('a', 'on');
});
/** The other run, once it was asked for and a gateway has started it. */
const startedBy = async (run: Run, source = 'starts-another'): Promise<Run> => {
  const [other] = await until(async () => {
    const started = await engine.startReceived();
    return started.length ? started : undefined;
  });
  expect((await engine.ledger.run(other!.workflowId))!.trigger).toEqual({
    kind: 'run',
    source,
    run: run.workflowId,
    authenticated: true,
    person: 'ana',
  });
  return other!;
};

test('it has its own question and record, and its typed result comes back', async () => {
  const run = await engine.start('starts-another');
  const other = await startedBy(run);
  const question = await other.question();
  expect(await engine.ledger.questions({ workflowId: run.workflowId, limit: 9 })).toEqual([]);
  // The ledger has the other run before this one has heard that it has.
  const doing = await until(async () => (await run.state()).journal.find((e) => e.kind === 'run'));
  expect(doing).toMatchObject({
    name: other.workflowId,
    status: 'waiting',
    facts: { run: other.workflowId },
  });
  await other.decide(question, { answer: 'approve' });
  expect(await run.end()).toEqual({ outcome: 'completed', result: 'a is off' });
  expect(world.writes).toEqual(['a=off']);
  expect(await engine.ledger.run(other.workflowId)).toMatchObject({
    outcome: 'completed',
    result: { now: 'off' },
  });
});

test('a no there is an outcome here', async () => {
  const run = await engine.start('starts-another');
  const other = await startedBy(run);
  await other.decide(await other.question(), { answer: 'reject', reason: 'not now' });
  expect(await run.end()).toEqual({ outcome: 'completed', result: 'it was rejected' });
});

test('a cancel reaches it, and both end', async () => {
  const run = await engine.start('starts-another');
  const other = await startedBy(run);
  await other.question();
  // As a gateway hands it over: the parent waits for the other run, and is woken.
  await engine.ledger.cancelRun(run.workflowId, { reason: 'false alarm', by: 'bo' });
  await engine.deliver();
  expect((await other.end()).outcome).toBe('threw');
  await run.end();
  const outcomes = [run, other].map(async (r) => (await engine.ledger.run(r.workflowId))!.outcome);
  expect(await Promise.all(outcomes)).toEqual(['cancelled', 'cancelled']);
  expect((await engine.ledger.run(run.workflowId))!.result).toBe('the run was cancelled by bo: false alarm');
  expect((await engine.ledger.run(other.workflowId))!.result).toBe(
    `the run was cancelled by ${run.workflowId}: it started this run, and was cancelled`,
  );
  expect(world.writes).toEqual([]);
});

test('one that was cancelled before the other began lets it change nothing', async () => {
  const run = await engine.start('starts-another');
  const waiting = await until(async () => (await engine.ledger.runsToStart(10))[0]);
  await run.handle.cancel();
  await run.end();
  const [other] = await engine.startReceived();
  expect(other!.workflowId).toBe(waiting.workflowId);
  const question = await other!.question((q) => q.kind === 'approve');
  await other!.decide(question, { answer: 'approve' });
  expect(await other!.end()).toMatchObject({
    outcome: 'stopped',
    result: expect.stringMatching(/was cancelled/),
  });
  expect(world.writes).toEqual([]);
});

test('stop reaches it: what is approved there is not carried out', async () => {
  const run = await engine.start('starts-another');
  const other = await startedBy(run);
  const question = await other.question();
  await engine.ledger.stopRun(run.workflowId, { reason: 'wrong cluster', by: 'bo' });
  await other.decide(question, { answer: 'approve' });
  expect(await other.end()).toEqual({ outcome: 'stopped', result: expect.stringMatching(/wrong cluster/) });
  expect(await run.end()).toEqual({ outcome: 'completed', result: 'it was stopped' });
  expect(world.writes).toEqual([]);
});

test('a run that only tries starts one that does so too, and ends with it', async () => {
  const run = await engine.start('starts-another', {}, {}, { dryRun: true });
  await startedBy(run);
  expect(await run.end()).toMatchObject({
    outcome: 'completed',
    result: expect.stringMatching(/^tried as far as it goes.*has no result to go on with$/),
  });
  expect(world.writes).toEqual([]);
});

test('a wrong input starts nothing', async () => {
  const run = await engine.start('starts-wrongly');
  expect((await run.end()).result).toMatch(/the input for runbook "sets" is wrong: name:/);
  expect(await engine.ledger.runsToStart(10)).toEqual([]);
});

test('what the other run changed is changed: an alert that resolves then stops this one no more', async () => {
  const resolved = { kind: 'resolved', alertId: 'alert-1', at: '2026-11-21T02:50:00.000Z' };
  const toldThatItResolved = async (answer: 'approve' | 'reject') => {
    const run = await engine.start('starts-another-and-asks');
    const other = await startedBy(run, 'starts-another-and-asks');
    await other.decide(await other.question(), { answer, reason: 'a test' });
    const question = await run.question();
    await run.handle.signal(MESSAGES.alert, resolved);
    return { run, question };
  };
  const changed = await toldThatItResolved('approve');
  await until(async () =>
    (await changed.run.state()).journal.some((e) => /^Something was changed already/.test(e.text)),
  );
  await changed.run.decide(changed.question, { answer: 'yes' });
  expect(await changed.run.end()).toEqual({ outcome: 'completed', result: 'completed' });
  const { run } = await toldThatItResolved('reject');
  expect(await run.end()).toMatchObject({
    outcome: 'stopped',
    result: 'the alert resolved before anything was changed',
  });
});

test('the other run is given another id, as after a restore: this one waits for that', async () => {
  const run = await engine.start('starts-another');
  const first = await until(async () => (await engine.ledger.runsToStart(10))[0]);
  const goesOnAs = await engine.ledger.giveNextId(first.workflowId);
  const other = await startedBy(run);
  expect(other.workflowId).toBe(goesOnAs);
  await other.decide(await other.question(), { answer: 'approve' });
  expect(await run.end()).toEqual({ outcome: 'completed', result: 'a is off' });
});

describe('a person takes over', () => {
  const order = { by: 'cy', reason: 'I do it myself' };
  const does = async (run: Run, doing: RegExp) =>
    until(
      async () => doing.test((await run.state()).doing),
      async () => JSON.stringify(await run.state()),
    );

  test('the other run: what they did is adopted there, and this one goes on with its result', async () => {
    const run = await engine.start('starts-another');
    const other = await startedBy(run);
    await other.question();
    await engine.ledger.takeOver(other.workflowId, order);
    await engine.deliver();
    await does(other, /^cy has taken the run over/);
    await does(run, /^Set it: run/);
    world.thing('a').value = 'off';
    await engine.ledger.giveBack(other.workflowId, { by: 'cy', reason: 'set a' });
    await engine.deliver();
    expect(await run.end()).toEqual({ outcome: 'completed', result: 'a is off' });
    expect(world.writes).toEqual([]);
  });

  test('the first: the other waits with it, whoever approves there, and goes on with it', async () => {
    const run = await engine.start('starts-another');
    const other = await startedBy(run);
    const question = await other.question();
    await engine.ledger.takeOver(run.workflowId, order);
    await other.decide(question, { answer: 'approve' });
    await engine.deliver();
    for (const each of [run, other]) await does(each, /^cy has taken the run over/);
    expect(world.writes).toEqual([]);
    await engine.ledger.giveBack(run.workflowId, { by: 'cy', reason: 'not needed after all' });
    await engine.deliver();
    expect(await run.end()).toEqual({ outcome: 'completed', result: 'a is off' });
    expect(world.writes).toEqual(['a=off']);
  });
});
