/** A worker is stopped before its intent, and goes on when the run has long gone on without it. */
import { afterEach, expect, test } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { StepFailure } from '../../activities/kit/index.ts';
import type { BegunIntent, IntentRequest } from '../../ledger/api.ts';
import { until } from '../setup/until.ts';
import { engineInWorld } from './engine-in-world.ts';

const { engine, world, leftBy } = engineInWorld();

let awake: () => void = () => undefined;
afterEach(() => awake());

/** The next intent that fits is not begun before it `wakes`; answers what came of it. */
function sleepBefore(
  which: (intent: IntentRequest) => boolean,
  wakes: () => Promise<unknown>,
): { readonly begun: Promise<BegunIntent> } {
  const { ledger } = engine;
  const real = { ...ledger };
  awake = () => Object.assign(ledger, real);
  const begun = new Promise<BegunIntent>((resolve, reject) => {
    ledger.beginIntent = async (intent) => {
      if (!which(intent)) return real.beginIntent(intent);
      awake();
      await wakes();
      const answer = real.beginIntent(intent);
      answer.then(resolve, reject);
      return answer;
    };
  });
  return { begun };
}

test('the change was tried again, failed, and a person aborted: nothing is done any more', async () => {
  let wake = () => {};
  const woken = new Promise<void>((resolve) => (wake = resolve));
  const asleep = sleepBefore(
    () => true,
    () => woken,
  );
  world.failNext('before-write', new StepFailure('refused', 'a budget forbids it'));
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  await run.decide(await run.question(), { answer: 'approve' });
  const hold = await run.question((q) => q.kind === 'hold');
  expect(hold.body).toMatch(/a budget forbids it/);
  await run.decide(hold, { answer: 'abort' });
  expect((await run.end()).outcome).toBe('aborted');
  wake();
  expect(await asleep.begun).toMatchObject({ state: 'refused', why: 'superseded' });
  expect(world.writes).toEqual([]);
  expect((await engine.ledger.intents(run.workflowId)).map((i) => [i.attempt, i.result?.outcome])).toEqual([
    [1, 'failed'],
  ]);
});

test('a put-back’s check passed before the sleep: it is too old, and nothing is put back', async () => {
  world.thing('c').value = 'fixed';
  sleepBefore(
    ({ position }) => position.kind === 'put-back',
    () => wait(1_200),
  );
  const run = await engine.start('forgets-put-back', { maxAge: '1s' });
  await run.decide(await run.question(), { answer: 'approve' });
  expect((await run.end()).outcome).toBe('completed');
  expect(world.writes).toEqual(['a=off']);
  const putBack = (await engine.ledger.intents(run.workflowId)).find((i) => i.position.kind === 'put-back');
  expect(putBack?.result).toMatchObject({
    outcome: 'failed',
    message: expect.stringMatching(/passed, but it was asked \d+ s ago and may be 1s old at most/),
  });
  await until(async () => (await leftBy(run.workflowId)).length === 1);
});
