/** What a failure means is the runbook's to say: it holds, it ends the run, or the runbook copes with it. */
import { expect, test } from '@jest/globals';
import { StepFailure } from '../../activities/kit/index.ts';
import { until } from '../setup/until.ts';
import { engineInWorld, lost } from './engine-in-world.ts';

const { engine, world, recordOf } = engineInWorld();

test('several reads that fail together are one hold, and retry tries all of them again', async () => {
  world.readFailure = new StepFailure('refused', 'the API server says no');
  const run = await engine.start('looks-at-many', { names: ['a', 'b', 'c'] });
  // Any of them may be the first to fail.
  const hold = await run.question((q) => /^look at [abc], and 2 more: what now\?$/.test(q.title));
  expect(hold.body).toMatch(/3 reads did not succeed/);
  for (const name of ['a', 'b', 'c']) expect(hold.body).toContain(`**look at ${name}**: the API`);
  expect((await run.state()).questions).toHaveLength(1);
  world.readFailure = undefined;
  await run.decide(hold, { answer: 'retry' });
  expect(await run.end()).toMatchObject({ outcome: 'completed', result: 'on here broken' });
  expect(world.looks).toBe(6);
});

test('a read that fails while the others are asked about joins their question', async () => {
  world.readFailure = new StepFailure('refused', 'no');
  const answers = Promise.withResolvers<void>();
  world.studied = answers.promise;
  const run = await engine.start('looks-and-studies');
  const hold = await run.question((q) => q.kind === 'hold');
  expect(hold.body).not.toMatch(/study b/);
  answers.resolve();
  await run.question((q) => /look at a.*study b/s.test(q.body));
  expect(await recordOf(run.workflowId)).toMatch(/question-joined/);
  world.readFailure = undefined;
  await run.decide(hold, { answer: 'retry' });
  expect(await run.end()).toMatchObject({ outcome: 'completed', result: 'on here' });
});

test('an abort at such a hold ends the run once', async () => {
  world.readFailure = new StepFailure('refused', 'no');
  const run = await engine.start('looks-at-many', { names: ['a', 'b', 'c'] });
  await run.decide(await run.question(), { answer: 'abort' });
  expect((await run.end()).outcome).toBe('aborted');
  expect(await engine.ledger.questions({ workflowId: run.workflowId, limit: 10 })).toHaveLength(1);
});

test('a runbook that goes on is told what failed, and how', async () => {
  world.readFailure = new StepFailure('refused', 'no', { next: 'Ask Ana' });
  const run = await engine.start('copes');
  expect(await run.end()).toMatchObject({
    outcome: 'completed',
    result: {
      looked: { ok: false, kind: 'refused', message: 'no. Ask Ana' },
      passed: { ok: false, kind: 'fail', message: 'c is broken' },
      seen: { ok: false, kind: 'none-in-time', message: 'it did not happen within 1s' },
    },
  });
});

test('and what succeeded', async () => {
  world.thing('c').value = 'fixed';
  const run = await engine.start('copes');
  expect(await run.end()).toMatchObject({
    result: {
      looked: { ok: true, value: { value: 'on' } },
      passed: { ok: true, value: { verdict: 'pass' } },
    },
  });
});

test('a check that nobody could answer in its time is asked once more', async () => {
  world.thing('c').value = 'fixed';
  const answers = Promise.withResolvers<void>();
  world.steadied = answers.promise;
  const run = await engine.start('copes');
  await until(async () =>
    (await run.handle.fetchHistory()).events?.some((e) => e.activityTaskTimedOutEventAttributes),
  );
  answers.resolve();
  expect(await run.end()).toMatchObject({ result: { passed: { ok: true, value: { verdict: 'pass' } } } });
});

test('a check that has to pass ends the run when it does not', async () => {
  const run = await engine.start('insists');
  expect(await run.end()).toMatchObject({
    outcome: 'threw',
    result: expect.stringMatching(/c is fixed: it did not pass within 1s; last answer: fail, c is broken/),
  });
});

test('a change that failed lets the next one go on, where the runbook says so', async () => {
  const run = await engine.start('sets-what-it-can', { onFailure: 'continue' });
  world.failNext('before-write', new StepFailure('refused', 'a is protected'));
  await run.decide(await run.question(), { answer: 'approve' });
  expect(await run.end()).toMatchObject({
    outcome: 'completed',
    result: { a: { ok: false, kind: 'refused', message: 'a is protected' }, b: '2' },
  });
  expect(world.writes).toEqual(['b=2']);
});

test('a runbook that goes on without a plan is told why there is none, and asks for another', async () => {
  const run = await engine.start('plans-what-it-can', { onFailure: 'continue', names: ['a', 'z'] });
  const question = await run.question();
  expect(question.title).toBe('Only a');
  await run.decide(question, { answer: 'approve' });
  expect(await run.end()).toEqual({
    outcome: 'completed',
    result: { ok: false, kind: 'invalid', message: expect.stringMatching(/there is no thing "z"/) },
  });
  expect(world.writes).toEqual(['a=off']);
  expect(await recordOf(run.workflowId)).not.toMatch(/never proposed/);
});

test('and gets the plan where there is one', async () => {
  const run = await engine.start('plans-what-it-can', { onFailure: 'continue', names: ['a', 'b'] });
  await run.decide(await run.question(), { answer: 'approve' });
  expect(await run.end()).toEqual({ outcome: 'completed', result: 'Off' });
  expect(world.writes).toEqual(['a=off', 'b=off']);
});

test('what cannot be planned can end the run', async () => {
  const run = await engine.start('plans-what-it-can', { onFailure: 'abort', names: ['z'] });
  expect(await run.end()).toMatchObject({
    outcome: 'threw',
    result: expect.stringMatching(/Plan "Off": .*there is no thing "z"/),
  });
});

test('a change of which nobody can tell always asks', async () => {
  const run = await engine.start('sets-what-it-can', { onFailure: 'continue' });
  world.probeAnswers = 'unknown';
  world.failNext('after-write', lost());
  await run.decide(await run.question(), { answer: 'approve' });
  const hold = await run.question((q) => q.kind === 'hold');
  expect(hold.options.map((o) => o.answer)).toEqual(['retry', 'by-hand', 'skip', 'abort']);
  await run.decide(hold, { answer: 'skip' });
  expect(await run.end()).toMatchObject({
    outcome: 'completed',
    result: {
      a: { ok: false, kind: 'unknown-outcome', message: expect.stringMatching(/^ana skipped it/) },
      b: '2',
    },
  });
});

test('a change that fails can end the run', async () => {
  const run = await engine.start('sets-what-it-can', { onFailure: 'abort' });
  world.failNext('before-write', new StepFailure('refused', 'a is protected'));
  await run.decide(await run.question(), { answer: 'approve' });
  expect(await run.end()).toMatchObject({
    outcome: 'threw',
    result: expect.stringMatching(/Set a to 1: a is protected/),
  });
  expect(world.writes).toEqual([]);
});
