/** No run is terminated by Temporal for the size of its history, and its author is told before. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { LONG_HISTORY } from '../../workflows/messages.ts';
import { World } from './fixtures/steps.ts';
import { startEngine, type Engine } from './harness.ts';

const world = new World();
let engine: Engine;
beforeAll(async () => {
  const entry = new URL('./fixtures/long.ts', import.meta.url);
  engine = await startEngine({ entry, steps: world.steps });
});
afterAll(() => engine.stop());
beforeEach(() => {
  world.reset();
  for (const [name, value] of Object.entries({ a: 'on', b: 'here' })) world.put(name, value);
});

const goOn = (q: { title: string }) => q.title.startsWith('Go on?');

test('a run that goes round in circles says so, asks, and ends by itself with what it owes put back', async () => {
  const run = await engine.start('goes-round');
  await run.decide(await run.question((q) => q.title === 'Off'), { answer: 'approve' });

  const asked = await run.question(goOn);
  expect(asked.body).toMatch(/used 0\.\d+% of the history .* \(\d+ of 51200 events/);
  expect(asked.body).toMatch(/most of it for \d+ × read world\.look/);
  const { history, journal } = await run.state();
  expect(history).toMatch(/asks whether to go on at 0\.\d+%$/);
  expect(journal.find((line) => line.name === LONG_HISTORY)?.text).toMatch(
    /runs of their own with runRunbook/,
  );

  // A worker that takes it over comes to the same counts.
  await engine.restartWorkers();
  await run.decide(asked, { answer: 'go-on' });
  const end = await run.end();
  expect(end).toMatchObject({
    outcome: 'aborted',
    result: expect.stringMatching(/ends before Temporal would terminate it/),
  });
  expect(world.writes).toEqual(['a=off', 'a=on']);
});

test('an abort ends it at once', async () => {
  const run = await engine.start('goes-round');
  await run.decide(await run.question((q) => q.title === 'Off'), { answer: 'approve' });
  await run.decide(await run.question(goOn), { answer: 'abort' });
  expect(await run.end()).toMatchObject({ outcome: 'aborted', result: expect.stringMatching(/ana aborted/) });
  expect(world.thing('a').value).toBe('on');
});

test('many reads at once hold once, and all of them go on', async () => {
  const run = await engine.start('looks-often-at-once');
  await run.decide(await run.question(goOn), { answer: 'go-on' });
  const { outcome, result } = await run.end();
  expect(outcome).toBe('completed');
  expect(result).toHaveLength(160);
  const questions = await engine.ledger.questions({ workflowId: run.workflowId, limit: 10 });
  expect(questions).toHaveLength(1);
});
