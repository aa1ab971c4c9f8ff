/** Freezes and stops. */
import { expect, test } from '@jest/globals';
import { engineInWorld } from './engine-in-world.ts';

const { engine, world } = engineInWorld();

test('a freeze stops the effect until it is lifted', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  const freeze = await engine.ledger.freeze({
    scope: { kind: 'everything' },
    reason: 'change stop',
    by: 'ana',
  });
  await run.decide(await run.question(), { answer: 'approve' });
  const hold = await run.question((q) => q.kind === 'hold');
  expect(hold.body).toMatch(/change stop/);
  expect(world.writes).toEqual([]);
  await engine.ledger.lift(freeze.id, 'ana');
  await run.decide(hold, { answer: 'retry' });
  expect((await run.end()).outcome).toBe('completed');
  expect(world.writes).toEqual(['a=off']);
});

test('a stopped run begins no effect', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  const question = await run.question();
  await engine.ledger.stopRun(run.workflowId, { reason: 'wrong cluster', by: 'bo' });
  await run.decide(question, { answer: 'approve' });
  expect(await run.end()).toEqual({ outcome: 'stopped', result: expect.stringMatching(/wrong cluster/) });
  expect(world.writes).toEqual([]);
});
