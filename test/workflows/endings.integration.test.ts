/** However a run ends, its story is whole. */
import { describe, expect, test } from '@jest/globals';
import { StepFailure } from '../../activities/kit/index.ts';
import { MESSAGES } from '../../workflows/messages.ts';
import { until } from '../setup/until.ts';
import { engineInWorld, lost } from './engine-in-world.ts';

const { engine, world, recordOf, leftBy } = engineInWorld();

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

test('a branch that holds ends with the run that failed beside it: its question is withdrawn, nothing is tried again', async () => {
  const run = await engine.start('branch-throws');
  world.failNext('before-write', new StepFailure('refused', 'a budget forbids it'));
  await run.decide(await run.question((q) => q.kind === 'approve'), { answer: 'approve' });
  const held = await run.question((q) => q.body.includes('a budget forbids it'));
  const other = await run.question((q) => q.title === 'Throw?');
  await run.decide(other, { answer: 'yes' });
  expect(await run.end()).toMatchObject({ outcome: 'threw', result: expect.stringMatching(/other branch/) });
  expect(await engine.ledger.question(run.workflowId, held.id)).toMatchObject({
    status: 'closed',
    closedAs: 'withdrawn',
  });
  expect(world.writes).toEqual([]);
});

test('a result that JSON cannot carry fails the run, in words for its author', async () => {
  const run = await engine.start('returns-no-json');
  expect(await run.end()).toMatchObject({
    outcome: 'threw',
    result: expect.stringMatching(/the runbook's result is not JSON \(.*BigInt.*\); return plain/),
  });
  expect(await engine.ledger.run(run.workflowId)).toMatchObject({ status: 'ended', outcome: 'failed' });
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

describe('a cancel', () => {
  test('says who and why in the record before it is heard, and closes what the run asks with it', async () => {
    const run = await engine.start('set-one', { name: 'a', value: 'off' });
    const question = await run.question();
    await engine.ledger.cancelRun(run.workflowId, { by: 'bo', reason: 'false alarm' });
    expect(await recordOf(run.workflowId)).toMatch(/false alarm.*"kind\\":\\"cancel/);
    await engine.ledger.cancelRun(run.workflowId, { by: 'cy', reason: 'me too' });
    await engine.deliver();
    await run.end();
    expect(await engine.ledger.run(run.workflowId)).toMatchObject({
      outcome: 'cancelled',
      result: 'the run was cancelled by bo: false alarm',
    });
    expect(await engine.ledger.question(run.workflowId, question.id)).toMatchObject({
      closedAs: 'cancelled',
    });
    expect((await run.handle.describe()).status.name).toBe('CANCELLED');
    await expect(engine.ledger.cancelRun(run.workflowId, { by: 'bo', reason: 'late' })).rejects.toThrow(
      /is over; nothing is left to cancel/,
    );
  });

  test('stops at the next safe point and offers the undo; what is left is listed', async () => {
    const run = await engine.start('set-two-put-back');
    await run.decide(await run.question(), { answer: 'approve' });
    const hold = await run.question((q) => q.kind === 'hold');
    await engine.ledger.cancelRun(run.workflowId, { by: 'bo', reason: 'false alarm' });
    await engine.deliver();
    const undo = await run.question((q) => q.kind === 'undo');
    expect(undo.body).toMatch(/ended early: the run was cancelled by bo: false alarm/);
    expect(await engine.ledger.question(run.workflowId, hold.id)).toMatchObject({ closedAs: 'cancelled' });
    await run.decide(undo, { answer: 'leave' });
    await run.end();
    expect(await engine.ledger.run(run.workflowId)).toMatchObject({ status: 'ended', outcome: 'cancelled' });
    expect(world.writes).toEqual(['a=off', 'b=moved']);
    expect(await leftBy(run.workflowId)).toHaveLength(2);
  });

  test('that comes while a change is carried out waits for its end, begins no other, and puts that one back', async () => {
    const { promise: gone, resolve: letGo } = Promise.withResolvers<void>();
    world.writing = gone;
    world.thing('c').value = 'fixed';
    const run = await engine.start('set-two-put-back');
    await run.decide(await run.question(), { answer: 'approve' });
    await until(async () => (await engine.ledger.intents(run.workflowId)).length === 1);
    await run.handle.cancel();
    // The run has heard of it, while the change goes on.
    await until(async () => {
      const events = (await run.handle.fetchHistory()).events ?? [];
      const asked = events.findIndex((e) => e.workflowExecutionCancelRequestedEventAttributes);
      return asked >= 0 && events.slice(asked).some((e) => e.workflowTaskCompletedEventAttributes);
    });
    expect((await engine.ledger.run(run.workflowId))?.outcome).toBeUndefined();
    letGo();
    await run.end();
    expect(await engine.ledger.run(run.workflowId)).toMatchObject({ outcome: 'cancelled' });
    const [made] = await engine.ledger.intents(run.workflowId);
    expect(made?.result?.outcome).toBe('applied');
    expect(world.writes).toEqual(['a=off', 'a=on']);
    expect(await leftBy(run.workflowId)).toEqual([]);
  });

  test('that comes before the start was verified ends the run as cancelled, without a look', async () => {
    await engine.stopWorkers();
    const run = await engine.start('set-one', { name: 'a', value: 'off' });
    await run.handle.cancel();
    await engine.startWorkers();
    await run.end();
    expect(await engine.ledger.run(run.workflowId)).toMatchObject({
      outcome: 'cancelled',
      result: expect.stringMatching(/past nightshift/),
    });
    expect(world.looks).toBe(0);
  });
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
    closedAs: 'stopped',
  });
});

test('an alert that resolves after the first change does not stop the run: it finishes, and puts back', async () => {
  const run = await engine.start('set-one-put-back');
  await run.decide(await run.question(), { answer: 'approve' });
  const question = await run.question((q) => q.kind === 'hold');
  await run.handle.signal(MESSAGES.alert, { kind: 'resolved', alertId: 'x', at: new Date().toISOString() });
  await until(async () =>
    (await run.state()).journal.some((e) => /the run finishes and puts back/.test(e.text)),
  );
  world.thing('c').value = 'fixed';
  await run.decide(question, { answer: 'on' });
  expect((await run.end()).outcome).toBe('completed');
  expect(world.writes).toEqual(['a=off', 'a=on']);
});

test('an alert that resolves before any worker took the run stops it before it looks', async () => {
  await engine.stopWorkers();
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  await run.handle.signal(MESSAGES.alert, { kind: 'resolved', alertId: 'x', at: new Date().toISOString() });
  await engine.startWorkers();
  expect((await run.end()).outcome).toBe('stopped');
  expect(world.looks).toBe(0);
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

test('four hundred heavy findings and a heavy result: the state says what it leaves out, the record has all', async () => {
  const run = await engine.start('finds-much', { findings: 400, result: 1_500_000 });
  const { outcome, result } = await run.end();
  expect({ outcome, result }).toMatchObject({
    outcome: 'completed',
    result: { cut: expect.stringMatching(/^The result is 30000\d\d bytes: all of it is in the record/) },
  });
  const state = await run.state();
  expect(state.cut!.journal + state.journal.length).toBeGreaterThan(401);
  expect(JSON.stringify(state).length).toBeLessThan(1_000_000);
  await engine.ledger.seal();
  const { entries } = (await engine.ledger.exportRecord(run.workflowId)) as { entries: { leaf: string }[] };
  const lines = entries
    .map(
      ({ leaf }) => JSON.parse(leaf) as { kind: string; facts: { lines: { name: string; text: string }[] } },
    )
    .filter((leaf) => leaf.kind === 'journal')
    .flatMap((leaf) => leaf.facts.lines);
  const findings = lines.filter((line) => line.name === 'finding');
  expect(findings.map((line) => line.text)).toEqual(
    Array.from({ length: 400 }, (_, i) => `Finding ${i + 1}`),
  );
  expect(findings.every((line) => JSON.stringify(line).includes('é'.repeat(7_000)))).toBe(true);
  const whole = lines.filter((line) => line.name === 'result').map((line) => line.text);
  expect(JSON.parse(whole.join(''))).toEqual({ much: 'ü'.repeat(1_500_000) });
});
