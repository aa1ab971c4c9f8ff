/** A check that hears of changes looks at once, and is no worse off where it hears of none. */
import { expect, test } from '@jest/globals';
import type { Following } from '../../activities/kit/index.ts';
import { until } from '../setup/until.ts';
import { engineInWorld } from './engine-in-world.ts';

const { engine, world } = engineInWorld();

type News = Awaited<ReturnType<Following['next']>>;

/** News as the test gives them, and how many are waiting for some. */
function news(begun = true) {
  const waiting: ((news: News) => void)[] = [];
  let ended = 0;
  world.followed = () => ({
    begun: Promise.resolve(begun),
    next: ({ signal }) =>
      new Promise((resolve) => {
        waiting.push(resolve);
        signal.addEventListener('abort', () => resolve('lost'));
      }),
    end: () => void ended++,
  });
  return { waiting, ended: () => ended };
}

const start = () => engine.start('waits-until-steady', { value: 'up' });

test('it looks when something changed, and not before', async () => {
  const { waiting, ended } = news();
  const run = await start();
  const first = await until(() => waiting.shift());
  // Once, and once more when it had begun to listen.
  expect(world.steadyLooks).toBe(2);
  first('changed');
  const second = await until(() => waiting.shift());
  expect(world.steadyLooks).toBe(3);
  world.thing('a').value = 'up';
  second('changed');
  expect(await run.end()).toMatchObject({ outcome: 'completed', result: 'passed' });
  expect([world.steadyLooks, ended()]).toEqual([4, 1]);
});

test('what it did not hear of it finds by polling', async () => {
  const { waiting } = news();
  const run = await start();
  const first = await until(() => waiting.shift());
  world.thing('a').value = 'up';
  first('quiet');
  expect(await run.end()).toMatchObject({ result: 'passed' });
});

test('when nothing is heard any more it is polled by the server, as where nothing ever was', async () => {
  for (const begun of [true, false]) {
    const { waiting } = news(begun);
    world.thing('a').value = 'down';
    const looked = world.steadyLooks;
    const run = await start();
    if (begun) (await until(() => waiting.shift()))('lost');
    else await until(() => world.steadyLooks > looked);
    world.followed = undefined;
    world.thing('a').value = 'up';
    expect(await run.end()).toMatchObject({ result: 'passed' });
  }
});

test('a run that is cancelled while it listens ends', async () => {
  const { waiting, ended } = news();
  const run = await start();
  await until(() => waiting.shift());
  await run.handle.cancel();
  await run.end();
  await until(() => ended() > 0);
});
