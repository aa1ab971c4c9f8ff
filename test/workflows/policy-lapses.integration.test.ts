/** The policy granted a plan, and by the time of its put-back it would ask people. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { World } from './fixtures/steps.ts';
import { startEngine, type Engine } from './harness.ts';

const world = new World();
let grants = true;
let engine: Engine;
beforeAll(async () => {
  for (const [name, value] of Object.entries({ a: 'on', b: 'here', c: 'broken' })) world.put(name, value);
  const entry = new URL('./fixtures/entry.ts', import.meta.url);
  const policy = () => (grants ? { grant: 'in the day' } : { people: 1, because: 'it is night' });
  engine = await startEngine({ entry, steps: world.steps, policy });
});
afterAll(() => engine.stop());

test('people are asked for exactly the put-back, and their word carries it out', async () => {
  const run = await engine.start('set-two-put-back');
  const hold = await run.question((q) => q.kind === 'hold');
  expect(world.writes).toEqual(['a=off', 'b=moved']);
  grants = false;
  world.thing('c').value = 'fixed';
  await run.decide(hold, { answer: 'retry' });
  const anew = await run.question((q) => q.kind === 'approve');
  expect(anew.body).toMatch(/the policy granted this and asks a person now \(it is night\)/);
  expect(anew.plan!.putBacks).toMatchObject([{ summary: 'Set a to on' }]);
  expect(world.writes).toHaveLength(2);
  await run.decide(anew, { answer: 'approve' });
  expect((await run.end()).outcome).toBe('completed');
  expect(world.writes).toEqual(['a=off', 'b=moved', 'a=on']);
});
