/** Promise 9: a run ends on the code it began with, whatever is deployed, restarted or killed meanwhile. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import catalogue from './fixtures/catalogue-a.ts';
import { createVersionHouse, type VersionHouse } from './house.ts';

let house: VersionHouse;
beforeAll(async () => {
  house = await createVersionHouse(catalogue);
});
afterAll(() => house.close());

const start = async (name: string) =>
  (await house.api.startRun({ runbook: 'parked', input: { name } })).workflowId;

test('a parked run ends on the runbook it began with, a new one takes the new, and a kill between changes nothing', async () => {
  const first = await house.worker('a');
  const parked = await start('before');
  await house.question(parked, 'The only question');
  await first.kill('SIGKILL');

  const second = await house.worker('b', ['--make-current']);
  expect(second.bundle).not.toBe(first.bundle);
  const later = await start('after');
  const asked = await house.question(later, 'First');
  expect(asked.question.body).toBe('Version B.');
  expect(await house.pinning(parked)).toEqual({ bundle: first.bundle, behavior: 'pinned' });
  await second.kill('SIGKILL');

  await house.worker('b');
  await house.answer(await house.question(parked, 'The only question'), 'on');
  expect(await house.result(parked)).toEqual(['completed', 'A']);
  await house.answer(asked, 'on');
  await house.answer(await house.question(later, 'Second'), 'on');
  expect(await house.result(later)).toEqual(['completed', 'B']);

  // A worker with other runbooks takes no new runs until it is told to.
  await house.worker('a');
  const last = await start('again');
  expect((await house.question(last, 'First')).question.body).toBe('Version B.');
}, 400_000);
