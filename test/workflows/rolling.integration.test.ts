/** Many targets in waves. */
import { expect, test } from '@jest/globals';
import { engineInWorld } from './engine-in-world.ts';

const { engine, world } = engineInWorld();
const asked = (title: RegExp) => (q: { title: string }) => title.test(q.title);

test('a canary first, then more at a time; a worker that is killed in between changes nothing', async () => {
  for (const name of ['d', 'e']) world.put(name, 'old');
  const run = await engine.start('rolls', { names: ['a', 'b', 'c', 'd', 'e'], pause: '1s' });
  const canary = await run.question(asked(/^Renew, wave 1 of 3: a$/));
  expect(canary.body).toContain('Still to come: b, c, d, e.');
  await run.decide(canary, { answer: 'approve' });
  const second = await run.question(asked(/^Renew, wave 2 of 3: b, c$/));
  expect(second.body).toContain('Done: a.');
  expect(world.writes).toEqual(['a=new']);
  await engine.restartWorkers();
  await run.decide(second, { answer: 'approve' });
  await run.decide(await run.question(asked(/wave 3 of 3: d, e$/)), { answer: 'approve' });
  expect(await run.end()).toEqual({
    outcome: 'completed',
    result: { done: ['a', 'b', 'c', 'd', 'e'], failed: [], untouched: [] },
  });
  expect(world.writes).toEqual(['a=new', 'b=new', 'c=new', 'd=new', 'e=new']);
});

test('a target that does not come through stops the next wave, and says what was not begun', async () => {
  const run = await engine.start('rolls', { names: ['a', 'b', 'c'], healthyAs: 'better' });
  await run.decide(await run.question(), { answer: 'approve' });
  expect(await run.end()).toEqual({
    outcome: 'completed',
    result: {
      done: [],
      failed: [{ target: 'a', why: 'a is new' }],
      untouched: ['b', 'c'],
      stopped: 'not healthy: a (a is new)',
    },
  });
  expect(world.writes).toEqual(['a=new']);
});

test('as many as may fail stop nothing; one more, and no further wave begins', async () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  for (const name of ['d', 'e']) world.put(name, 'old');
  const spared = await engine.start('rolls', { names, sick: ['a'], mayFail: 1 });
  for (const wave of [/wave 1/, /wave 2/, /wave 3/])
    await spared.decide(await spared.question(asked(wave)), { answer: 'approve' });
  expect((await spared.end()).result).toEqual({
    done: ['b', 'c', 'd', 'e'],
    failed: [{ target: 'a', why: 'a is new' }],
    untouched: [],
  });

  for (const name of names) world.put(name, 'old');
  const stopped = await engine.start('rolls', { names, sick: ['a', 'c'], mayFail: 1 });
  for (const wave of [/wave 1/, /wave 2/])
    await stopped.decide(await stopped.question(asked(wave)), { answer: 'approve' });
  expect((await stopped.end()).result).toEqual({
    done: ['b'],
    failed: [
      { target: 'a', why: 'a is new' },
      { target: 'c', why: 'c is new' },
    ],
    untouched: ['d', 'e'],
    stopped: 'not healthy: a (a is new), c (c is new)',
  });
  expect(world.writes.slice(5)).toEqual(['a=new', 'b=new', 'c=new']);
});

test('a no to a later wave stops there; a no to the first rejects the run', async () => {
  const run = await engine.start('rolls', { names: ['a', 'b'] });
  await run.decide(await run.question(asked(/wave 1/)), { answer: 'approve' });
  await run.decide(await run.question(asked(/wave 2/)), { answer: 'reject', reason: 'enough' });
  expect((await run.end()).result).toMatchObject({
    done: ['a'],
    untouched: ['b'],
    stopped: expect.stringMatching(/enough/),
  });

  const other = await engine.start('rolls', { names: ['b'] });
  await other.decide(await other.question(), { answer: 'reject', reason: 'not now' });
  expect((await other.end()).outcome).toBe('rejected');
});

test('a no in the middle of a wave: what was changed by then is not called "not begun"', async () => {
  for (const name of ['d', 'e']) world.put(name, 'old');
  const run = await engine.start('rolls', { names: ['a', 'b', 'c', 'd'] });
  await run.decide(await run.question(asked(/wave 1/)), { answer: 'approve' });
  const second = await run.question(asked(/wave 2 of 3: b, c$/));
  world.thing('c').value = 'other';
  await run.decide(second, { answer: 'approve' });
  const anew = await run.question((q) => q.id !== second.id && q.body.includes('no longer holds'));
  await run.decide(anew, { answer: 'reject', reason: 'enough' });
  expect((await run.end()).result).toMatchObject({
    done: ['a'],
    failed: [{ target: 'b', why: expect.stringMatching(/^changed, and not looked at/) }],
    untouched: ['c', 'd'],
    stopped: expect.stringMatching(/enough/),
  });
  expect(world.writes).toEqual(['a=new', 'b=new']);
});
