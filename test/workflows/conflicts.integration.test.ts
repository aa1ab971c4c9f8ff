/** Between approval and carrying out the world moves on. */
import { expect, test } from '@jest/globals';
import { engineInWorld } from './engine-in-world.ts';

const { engine, world, leftBy } = engineInWorld();

test('noise does not void the approval', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  const question = await run.question();
  world.thing('a').beats += 40;
  await run.decide(question, { answer: 'approve' });
  expect((await run.end()).outcome).toBe('completed');
});

test('a target replaced under the same name is not touched, and the question is asked again with the new diff', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  const question = await run.question();
  world.put('a', 'other');
  await run.decide(question, { answer: 'approve' });
  const again = await run.question((q) => q.id !== question.id);
  expect(world.writes).toEqual([]);
  expect(again.body).toMatch(/no longer holds.*a was replaced/s);
  expect(again.plan!.hash).not.toBe(question.plan!.hash);
  expect(again.plan!.changes[0]!.diff).toEqual([{ path: 'value', before: 'other', after: 'off' }]);
  expect(
    await run.decide(again, { answer: 'approve', change: { planHash: question.plan!.hash } }),
  ).toMatchObject({ counted: false });
  await run.decide(again, { answer: 'approve' });
  expect((await run.end()).outcome).toBe('completed');
  expect(world.writes).toEqual(['a=off']);
});

test('what was carried out before two conflicts is put back under the last grant, when the third is refused', async () => {
  const run = await engine.start('set-two-put-back');
  const first = await run.question();
  world.put('b', 'other');
  await run.decide(first, { answer: 'approve' });
  const second = await run.question((q) => q.id !== first.id);
  expect(second.plan!.changes).toHaveLength(1);
  world.put('b', 'another');
  await run.decide(second, { answer: 'approve' });
  const third = await run.question((q) => q.id !== first.id && q.id !== second.id);
  world.thing('c').value = 'fixed';
  await run.decide(third, { answer: 'reject' });
  expect((await run.end()).outcome).toBe('rejected');
  expect(world.writes).toEqual(['a=off', 'a=on']);
  expect(await leftBy(run.workflowId)).toEqual([]);
});
