/** What is done while a run in shadow looks on, over the hours that an incident takes. */
import { beforeEach, expect, test } from '@jest/globals';
import { aMatch, anAlert } from '../ledger/deployment.ts';
import { until } from '../setup/until.ts';
import { World } from './fixtures/steps.ts';
import type { Run } from './harness.ts';
import { engineInHours } from './hours.ts';

const world = new World();
const { engine, passes } = engineInHours({
  entry: new URL('./fixtures/entry.ts', import.meta.url),
  steps: world.steps,
});
beforeEach(() => {
  world.reset();
  world.put('a', 'on');
});

const alert = () => anAlert();
async function fired(of = alert()): Promise<Run> {
  const match = aMatch({ runbook: 'set-one', input: { name: 'a', value: 'off' }, shadow: true });
  await engine.ledger.receiveAlert(of, [match]);
  const [run] = await engine.startReceived();
  await until(async () => (await run!.state()).journal.at(-1)?.status === 'waiting');
  return run!;
}
const comparedIn = async (run: Run) =>
  (await engine.ledger.shadowRuns({ runbook: 'set-one', limit: 50 })).find(
    (r) => r.run.workflowId === run.workflowId,
  )!.changes;

test('what people did and put back again before the alert resolved was done', async () => {
  const incident = alert();
  const run = await fired(incident);
  await passes('2 minutes');
  world.thing('a').value = 'off';
  await passes('5 minutes');
  world.thing('a').value = 'on';
  await passes('1 hour');
  await engine.ledger.receiveAlert({ ...incident, status: 'resolved' }, []);
  await engine.deliver();
  await run.end();
  const [change] = await comparedIn(run);
  expect(change).toMatchObject({ agreement: 'same', target: 'thing/a' });
  expect(Date.parse(change!.seenAt) - Date.parse(change!.askedAt)).toBeGreaterThanOrEqual(120_000);
});

test('it looks on for a day at most', async () => {
  const run = await fired();
  await passes('1 day');
  expect((await run.end()).outcome).toBe('completed');
  expect(await comparedIn(run)).toMatchObject([{ agreement: 'nothing' }]);
});
