/** What a run left behind and nobody has put back in time: its owner is asked, by a run of the engine's own. */
import { beforeEach, expect, test } from '@jest/globals';
import { askAboutExpired, runAbout } from '../../gateway/ask-about-leftovers.ts';
import { StepFailure } from '../../activities/kit/index.ts';
import type { Leftover } from '../../ledger/api.ts';
import { engineInWorld } from './engine-in-world.ts';

const { engine, world, recordOf, leftBy } = engineInWorld();
let left: Leftover;

/** a was set to off, by a run that is over. */
beforeEach(async () => {
  for (const { id } of await engine.ledger.leftovers())
    await engine.ledger.clearLeftover({ id, by: 'test', reason: 'the next test' });
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  await run.decide(await run.question(), { answer: 'approve' });
  await run.end();
  [left] = (await leftBy(run.workflowId)) as [Leftover];
  world.writes.length = 0;
});

/** Its time is over: the run that asks, and its question. */
async function asked() {
  const { ledger } = engine;
  await ledger.keepLeftover({ id: left.id, until: '2026-01-01T00:00:00Z', by: 'test', reason: 'over' });
  await askAboutExpired(ledger);
  await askAboutExpired(ledger);
  const runs = await engine.startReceived();
  expect(runs).toHaveLength(1);
  return { run: runs[0]!, question: await runs[0]!.question() };
}

test('its owner, a role, is asked once, and puts it back under a plan of its own', async () => {
  const { run, question } = await asked();
  expect(question).toMatchObject({ from: ['oncall'], title: 'Set a to off: it is still left. What now?' });
  expect(question.body).toContain(left.workflowId);
  await run.decide(question, { answer: 'put-back' });
  const plan = await run.question((q) => q.kind === 'approve');
  expect(plan.plan!.putBacks).toMatchObject([{ summary: 'Set a to on', target: 'thing/a' }]);
  expect(world.foreseen).toEqual({ uid: world.thing('a').uid, was: 'off' });
  expect(world.writes).toEqual([]);
  await run.decide(plan, { answer: 'approve' });
  expect((await run.end()).outcome).toBe('completed');
  expect(world.writes).toEqual(['a=on']);
  expect(await engine.ledger.leftovers()).toEqual([]);
  expect(await recordOf(run.workflowId)).toMatch(/leftover-adopted/);
});

test('where it could not be put back the run says so, and it is still left', async () => {
  const { run, question } = await asked();
  await run.decide(question, { answer: 'put-back' });
  const plan = await run.question((q) => q.kind === 'approve');
  world.failNext('before-write', new StepFailure('refused', 'not allowed'));
  await run.decide(plan, { answer: 'approve' });
  await run.decide(await run.question((q) => q.kind === 'hold' && q.id !== question.id), { answer: 'skip' });
  expect(await run.end()).toMatchObject({
    outcome: 'handed-over',
    result: { reason: expect.stringContaining('Set a to on: not done') },
  });
  expect((await engine.ledger.leftovers()).map((l) => l.id)).toEqual([left.id]);
});

test('it may stay, and is asked about again later', async () => {
  const { run, question } = await asked();
  await run.decide(question, { answer: 'keep-a-day', person: 'bo', reason: 'a disk comes' });
  expect((await run.end()).result).toMatch(/^bo: it stays until/);
  const [kept] = await engine.ledger.leftovers();
  expect(kept).toMatchObject({ id: left.id, askedAt: undefined });
  expect(Date.parse(kept!.expiresAt)).toBeGreaterThan(Date.now());
  expect(await recordOf(left.workflowId)).toMatch(/leftover-kept.*a disk comes/);
});

test('whoever knows that it is gone says so, and nothing is changed', async () => {
  const { run, question } = await asked();
  await run.decide(question, { answer: 'gone', reason: 'a is new' });
  expect((await run.end()).outcome).toBe('completed');
  expect(world.writes).toEqual([]);
  expect(await engine.ledger.leftovers()).toEqual([]);
});

test('what is put back already asks nobody for it', async () => {
  world.thing('a').value = 'on';
  await runAbout(engine.ledger, left, {
    trigger: { kind: 'person', source: 'api', authenticated: true, person: 'ana' },
    requestId: 'put-back-now',
    putBackNow: true,
  });
  const [run] = await engine.startReceived();
  expect(await run!.end()).toEqual({
    outcome: 'completed',
    result: 'looking at the target shows that it is put back already',
  });
  expect(await engine.ledger.leftovers()).toEqual([]);
});
