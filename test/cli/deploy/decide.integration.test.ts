/** Going back to an older version, and retiring one with open runs: decided by a person, recorded, then done. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import catalogue from '../../worker/fixtures/catalogue-a.ts';
import { createVersionHouse, type VersionHouse } from '../../worker/house.ts';
import { until } from '../../setup/until.ts';
import { nightshift } from '../command-line.ts';

let house: VersionHouse;
/** The older version and the newer one. */
let a: string;
let b: string;
let parked: string;
let steady: string;
beforeAll(async () => {
  house = await createVersionHouse(catalogue);
  const first = await house.worker('a');
  parked = await start('parked', 'before');
  steady = await start('steady', 'before');
  await house.question(parked, 'The only question');
  await house.question(steady, 'Steady?');
  await first.kill('SIGKILL');
  [a, b] = [first.bundle, (await house.worker('b', ['--make-current'])).bundle];
});
afterAll(() => house.close());

const start = async (runbook: string, name: string) =>
  (await house.api.startRun({ runbook, input: { name } })).workflowId;
/** Temporal lists a run as open for a moment after its end. */
const isListedNoMore = (workflowId: string) =>
  until(async () => !(await house.api.openRuns()).runs.some((run) => run.workflowId === workflowId));
const deploy = (...args: string[]) => nightshift(['deploy', ...args], { env: house.env });
const atTerminal = (typed: string, ...args: string[]) =>
  nightshift(['deploy', ...args], { env: house.env, stdin: `${typed}\r`, io: { interactive: true } });
const program = fileURLToPath(new URL('../../worker/fixtures/check-b.ts', import.meta.url));
const why = ['--reason', 'it pages twice'];

test('an older version takes new runs again, hosted by a worker that never had its code', async () => {
  const { code, out, err } = await deploy('current', a.slice(0, 6), ...why);
  expect([err, code]).toEqual(['', 0]);
  expect(out).toContain(`New runs take version ${a}`);
  const back = await start('parked', 'back');
  await house.answer(await house.question(back, 'The only question'), 'on');
  expect(await house.result(back)).toEqual(['completed', 'A']);
  await isListedNoMore(back);
  expect((await deploy('current', b, ...why)).code).toBe(0);
});

test('what takes new runs cannot be retired; what has open runs not without saying what becomes of them', async () => {
  const current = await deploy('retire', b, '--yes', ...why);
  expect(current.err).toMatch(/takes new runs; make another one current first/);
  expect(current.code).toBe(3);
  const silent = await deploy('retire', a, '--yes', ...why);
  expect(silent.err).toMatch(/has 2 open runs: .*; what becomes of them\?/);
  const unconfirmed = await deploy('retire', a, '--runs', 'cancel', ...why);
  expect(unconfirmed.err).toMatch(/nothing was done, .* 2 open runs: .* they are cancelled/);
  expect([silent.code, unconfirmed.code]).toEqual([2, 2]);
  const mistyped = await atTerminal('yes', 'retire', a, '--runs', 'cancel', ...why);
  expect(mistyped.err).toMatch(/nothing was done/);
  expect(mistyped.code).toBe(130);
  expect((await deploy('retire', 'ffffffff', '--yes', ...why)).code).toBe(4);
});

test('runs are moved only where the current version can go on with all of them; then they end there', async () => {
  const move = ['retire', a, '--runs', 'move', '--program', program, ...why];
  const refused = await deploy(...move, '--yes');
  expect(refused.err).toContain(`cannot go on with: ${parked} (`);
  expect(refused.err).not.toContain(steady);
  expect(refused.code).toBe(8);

  await house.answer(await house.question(parked, 'The only question'), 'on');
  await house.result(parked);
  await isListedNoMore(parked);
  const moved = await atTerminal(a.slice(0, 4), ...move);
  expect([moved.err, moved.code]).toEqual(['', 0]);
  expect(moved.out).toContain(`1 run moved: ${steady}`);
  await house.answer(await house.question(steady, 'Steady?'), 'on');
  expect(await house.result(steady)).toEqual(['completed', 'steady']);
  expect((await house.pinning(steady)).bundle).toBe(b);
});

test('a retired version says so, and never takes new runs again', async () => {
  expect((await deploy('ls')).out).toMatch(/retired by ana/);
  const again = await deploy('current', a, ...why);
  expect(again.err).toMatch(/was retired by ana \(it pages twice\)/);
  expect(again.code).toBe(3);
});
