/** What passes between a storm of alerts and its one run, and between the waves of a roll-out: minutes and hours. */
import { beforeEach, expect, test } from '@jest/globals';
import { matchTriggers } from '../../gateway/alerts/match-triggers.ts';
import { anAlert } from '../ledger/deployment.ts';
import { until } from '../setup/until.ts';
import { gathers } from './fixtures/gathers.ts';
import { World } from './fixtures/steps.ts';
import { engineInHours } from './hours.ts';

const world = new World();
const { engine, passes } = engineInHours({
  entry: new URL('./fixtures/entry.ts', import.meta.url),
  steps: world.steps,
});
beforeEach(() => world.reset());

test('forty alerts through a trigger that gathers are one run, which starts with all of them and looks at each', async () => {
  const names = Array.from({ length: 40 }, (_, i) => `thing-${10 + i}`);
  for (const name of names) world.put(name, 'old');
  const effects: string[] = [];
  // The last names a thing that is among them already.
  for (const thing of [...names, names[0]!]) {
    const alert = anAlert({ name: 'ThingOld', labels: { thing } });
    const { matches, refused } = matchTriggers([gathers], alert);
    expect(refused).toEqual([]);
    effects.push(...(await engine.ledger.receiveAlert(alert, matches)).runs.map(({ effect }) => effect));
  }
  expect(effects).toEqual(['new', ...Array.from({ length: 39 }, () => 'gathered'), 'joined']);
  expect(await engine.startReceived()).toEqual([]);
  await passes('6 minutes');
  const [run, ...others] = await engine.startReceived();
  expect(others).toEqual([]);
  expect(await run!.end()).toEqual({ outcome: 'completed', result: names.map((name) => `${name} is old`) });
  expect(world.looks).toBe(40);
});

test('between two waves an hour passes, in which nobody is asked and nothing is changed', async () => {
  for (const name of ['a', 'b']) world.put(name, 'old');
  const run = await engine.start('rolls', { names: ['a', 'b'], pause: '1 hour' });
  await run.decide(await run.question(), { answer: 'approve' });
  const pause = await until(async () =>
    (await run.state()).journal.find(({ text }) => text === 'Renew: pause before wave 2 of 2'),
  );
  expect(pause).toMatchObject({ kind: 'wait', facts: { for: '1 hour' } });
  await passes('55 minutes');
  expect(await run.state()).toMatchObject({ questions: [] });
  expect(world.writes).toEqual(['a=new']);
  await passes('10 minutes');
  const second = await run.question(({ title }) => title === 'Renew, wave 2 of 2: b');
  expect(Date.parse(second.openedAt) - Date.parse(pause.at)).toBeGreaterThanOrEqual(3_600_000);
  await run.decide(second, { answer: 'approve' });
  expect(await run.end()).toMatchObject({ result: { done: ['a', 'b'], failed: [], untouched: [] } });
  expect(world.writes).toEqual(['a=new', 'b=new']);
});
