/** The way back of a run that ended early. */
import { expect, test } from '@jest/globals';
import { engineInWorld } from './engine-in-world.ts';

const { engine, world, leftBy } = engineInWorld();

/** Everything was changed, and a person has aborted the run: the offer. */
async function aborted(input: { checked?: boolean; destroys?: boolean } = {}) {
  const run = await engine.start('changes-then-asks', input);
  const plan = await run.question();
  await run.decide(plan, { answer: 'approve' });
  if (input.destroys) await run.decide(plan, { answer: 'approve', person: 'bo' });
  const hold = await run.question((q) => q.kind === 'hold');
  return {
    run,
    plan,
    offer: async () => {
      await run.decide(hold, { answer: 'abort' });
      return run.question((q) => q.kind === 'undo');
    },
  };
}

test('what is as the run left it is undone under its own grant; what is not is asked for anew', async () => {
  const { run, offer } = await aborted();
  world.put('a', 'other');
  await run.decide(await offer(), { answer: 'undo' });
  const anew = await run.question((q) => q.kind === 'approve');
  expect(world.writes).toEqual(['a=off', 'b=moved', 'b=here']);
  expect(anew).toMatchObject({ title: 'Undo: Change' });
  expect(anew.body).toMatch(/The approval of this undo no longer holds:\*\* a was replaced/);
  expect(anew.plan).toMatchObject({
    changes: [],
    putBacks: [{ summary: 'Set a to on', diff: [{ before: 'other', after: 'on' }] }],
  });
  await run.decide(anew, { answer: 'approve' });
  expect((await run.end()).outcome).toBe('aborted');
  expect(world.writes).toEqual(['a=off', 'b=moved', 'b=here', 'a=on']);
  expect(await leftBy(run.workflowId)).toEqual([]);
});

test('a no to that holds the run; what is skipped is left', async () => {
  const { run, offer } = await aborted();
  world.put('a', 'other');
  await run.decide(await offer(), { answer: 'undo' });
  await run.decide(await run.question((q) => q.kind === 'approve'), { answer: 'reject', reason: 'mine' });
  const hold = await run.question((q) => q.kind === 'hold');
  expect(hold.body).toMatch(/ana rejected "Undo: Change": mine/);
  await run.decide(hold, { answer: 'skip' });
  expect((await run.end()).outcome).toBe('aborted');
  expect(world.writes).toEqual(['a=off', 'b=moved', 'b=here']);
  expect(await leftBy(run.workflowId)).toMatchObject([{ target: 'thing/a', owner: 'oncall' }]);
});

test('an undo with a check of its own waits for nobody: where it does not pass, it is left', async () => {
  const { run, plan, offer } = await aborted({ checked: true });
  expect(plan.plan!.changes[0]!.undo).toMatchObject({ once: { step: 'world.steady', maxAge: '30s' } });
  await run.decide(await offer(), { answer: 'undo' });
  expect((await run.end()).outcome).toBe('aborted');
  expect(world.writes).toEqual(['a=off', 'b=moved', 'b=here']);
  const { journal } = (await run.state()) as { journal: { facts?: { message?: unknown } }[] };
  expect(journal.map((e) => e.facts?.message)).toContainEqual(
    expect.stringMatching(/has not passed: c is broken/),
  );
  expect(await leftBy(run.workflowId)).toMatchObject([{ target: 'thing/a' }]);
});

test('where it passes, it is undone', async () => {
  const { run, offer } = await aborted({ checked: true });
  world.thing('c').value = 'fixed';
  await run.decide(await offer(), { answer: 'undo' });
  await run.end();
  expect(world.writes).toEqual(['a=off', 'b=moved', 'b=here', 'a=on']);
});

test('what cannot be undone is named beside what can, and a look that is over is not', async () => {
  const { run, offer } = await aborted({ destroys: true });
  const undo = await offer();
  expect(undo.body).toMatch(/There is no undo for the following; it stays:\n\n- Destroy c$/);
  await run.decide(undo, { answer: 'leave' });
  expect((await run.end()).outcome).toBe('aborted');
});

test('what was so already when it was to be changed is nobody’s to undo', async () => {
  const run = await engine.start('changes-then-asks');
  const plan = await run.question();
  // Somebody sets it while the question is open.
  world.thing('a').value = 'off';
  await run.decide(plan, { answer: 'approve' });
  await run.decide(await run.question((q) => q.kind === 'hold'), { answer: 'abort' });
  const offer = await run.question((q) => q.kind === 'undo');
  expect(offer.body).toContain('Set b to here');
  expect(offer.body).not.toContain('Set a to');
  await run.decide(offer, { answer: 'undo' });
  await run.end();
  expect(world.writes).toEqual(['b=moved', 'b=here']);
});
