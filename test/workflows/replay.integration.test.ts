/** A run must be told again from its history alone: after a restart, for a query after its end, before a deploy. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Worker } from '@temporalio/worker';
import { StepFailure } from '../../activities/kit/index.ts';
import { bundleOnce } from './bundle.ts';
import { World } from './fixtures/steps.ts';
import { startEngine, type Engine, type Run } from './harness.ts';

const entry = new URL('./fixtures/entry.ts', import.meta.url);
const world = new World();
let engine: Engine;
beforeAll(async () => {
  for (const [name, value] of Object.entries({ a: 'on', b: 'here', c: 'broken' })) world.put(name, value);
  engine = await startEngine({ entry, steps: world.steps });
});
afterAll(() => engine.stop());

const replays = async (run: Run) =>
  Worker.runReplayHistory(
    { workflowBundle: await bundleOnce(entry) },
    await run.handle.fetchHistory(),
    run.workflowId,
  );

test('a run with a read that failed, a hold, an approval and a change', async () => {
  world.readFailure = new StepFailure('refused', 'no');
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  const hold = await run.question((q) => q.kind === 'hold');
  await engine.restartWorkers();
  world.readFailure = undefined;
  await run.decide(hold, { answer: 'retry' });
  await run.decide(await run.question((q) => q.kind === 'approve'), { answer: 'approve' });
  expect((await run.end()).outcome).toBe('completed');
  await replays(run);
});

test('a run whose read fails for want of a thing, and is aborted', async () => {
  const run = await engine.start('set-one', { name: 'nothing', value: 'x' });
  await run.decide(await run.question((q) => q.kind === 'hold'), { answer: 'abort' });
  expect((await run.end()).outcome).toBe('aborted');
  await replays(run);
});

test('a run with put-backs, a check that does not pass in time, an abort and an undo', async () => {
  world.thing('a').value = 'on';
  const run = await engine.start('set-two-put-back');
  await run.decide(await run.question(), { answer: 'approve' });
  await run.decide(await run.question((q) => q.kind === 'hold'), { answer: 'abort' });
  await run.decide(await run.question((q) => q.kind === 'undo'), { answer: 'undo' });
  expect((await run.end()).outcome).toBe('aborted');
  await replays(run);
});
