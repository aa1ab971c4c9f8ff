/** What a plan promised to put back, and what is left. */
import { expect, test } from '@jest/globals';
import { engineInWorld } from './engine-in-world.ts';

const { engine, world, leftBy } = engineInWorld();

test('a put-back happens only after its check has passed, and leaves nothing', async () => {
  const run = await engine.start('set-two-put-back');
  const question = await run.question();
  expect(question.plan!.putBacks).toMatchObject([
    {
      summary: 'Set a to on',
      dryRun: 'derived',
      diff: [{ before: 'off', after: 'on' }],
      once: { step: 'world.steady' },
    },
  ]);
  await run.decide(question, { answer: 'approve' });
  const hold = await run.question((q) => q.kind === 'hold');
  expect(world.writes).toEqual(['a=off', 'b=moved']);
  expect((await leftBy(run.workflowId)).map((l) => l.target).sort()).toEqual(['thing/a', 'thing/b']);
  world.thing('c').value = 'fixed';
  await run.decide(hold, { answer: 'retry' });
  expect((await run.end()).outcome).toBe('completed');
  expect(world.writes).toEqual(['a=off', 'b=moved', 'a=on']);
  const left = await leftBy(run.workflowId);
  expect(left).toMatchObject([{ workflowId: run.workflowId, target: 'thing/b' }]);
});

test('skipping the check does not skip it for the put-back', async () => {
  const run = await engine.start('set-two-put-back');
  await run.decide(await run.question(), { answer: 'approve' });
  const hold = await run.question((q) => q.kind === 'hold');
  await run.decide(hold, { answer: 'skip' });
  const refused = await run.question((q) => q.kind === 'hold' && q.id !== hold.id);
  expect(refused.body).toMatch(/world\.steady has not passed: c is broken/);
  await run.decide(refused, { answer: 'skip' });
  expect((await run.end()).outcome).toBe('completed');
  expect(world.writes).toEqual(['a=off', 'b=moved']);
});

test('a put-back that the runbook forgot is carried out at the end, where its check passes', async () => {
  world.thing('c').value = 'fixed';
  const run = await engine.start('forgets-put-back');
  await run.decide(await run.question(), { answer: 'approve' });
  expect((await run.end()).outcome).toBe('completed');
  expect(world.writes).toEqual(['a=off', 'a=on']);
  expect(await leftBy(run.workflowId)).toEqual([]);
});

test('where it does not pass, the record names what is left', async () => {
  const run = await engine.start('forgets-put-back');
  await run.decide(await run.question(), { answer: 'approve' });
  expect((await run.end()).outcome).toBe('completed');
  expect(world.writes).toEqual(['a=off']);
  const left = await leftBy(run.workflowId);
  expect(left).toMatchObject([{ workflowId: run.workflowId, target: 'thing/a', owner: 'oncall' }]);
});
