/** Who plans and carries out: the run's own worker where it may, the change worker on its own queue where it may not. */
import { afterEach, expect, test } from '@jest/globals';
import { engineInWorld } from './engine-in-world.ts';
import type { Run } from './harness.ts';

const { engine, world } = engineInWorld();
afterEach(() => engine.restartWorkers());

/** The ordinary activities of a run, each with the queue it was handed out on. */
async function handedOut(run: Run): Promise<string[]> {
  const { events = [] } = await run.handle.fetchHistory();
  return (events ?? [])
    .map((event) => event.activityTaskScheduledEventAttributes)
    .filter((scheduled) => scheduled != null)
    .map((scheduled) => `${scheduled.activityType?.name} on ${scheduled.taskQueue?.name}`)
    .filter((activity) => /plan|apply/.test(activity));
}

test('a worker with both roles plans by itself, and is handed the change with its own workflow task', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  await run.decide(await run.question(), { answer: 'approve' });
  expect((await run.end()).outcome).toBe('completed');
  expect(await handedOut(run)).toEqual(['world.set.apply on nightshift']);
});

test('a worker that may not change anything leaves plan and change to the one that may', async () => {
  await engine.stopWorkers();
  await engine.startWorkers(['workflows', 'changes']);
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  await run.decide(await run.question(), { answer: 'approve' });
  expect((await run.end()).outcome).toBe('completed');
  expect(world.writes).toEqual(['a=off']);
  expect(await handedOut(run)).toEqual([
    'nightshift.plan on nightshift-changes',
    'world.set.apply on nightshift-changes',
  ]);
});

test('a run that planned by itself goes on with workers whose roles are apart', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  const question = await run.question();
  await engine.stopWorkers();
  await engine.startWorkers(['workflows', 'changes']);
  await run.decide(question, { answer: 'approve' });
  expect((await run.end()).outcome).toBe('completed');
  expect(world.writes).toEqual(['a=off']);
  expect(await handedOut(run)).toEqual([
    'world.set.apply on nightshift',
    'world.set.apply on nightshift-changes',
  ]);
});
