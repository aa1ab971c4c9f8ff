/** What a plan promised to put back, and what is left. */
import { describe, expect, test } from '@jest/globals';
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
  expect(left).toMatchObject([
    {
      ...{ workflowId: run.workflowId, target: 'thing/a', owner: 'oncall' },
      undo: { step: 'world.set', once: { step: 'world.steady', input: { name: 'c', value: 'fixed' } } },
    },
  ]);
});

test('what only the runbook may put back is left at the end, although its check passes', async () => {
  world.thing('c').value = 'fixed';
  const run = await engine.start('forgets-put-back', { atTheEnd: 'leave' });
  await run.decide(await run.question(), { answer: 'approve' });
  expect((await run.end()).outcome).toBe('completed');
  expect(world.writes).toEqual(['a=off']);
  expect((await leftBy(run.workflowId)).map((l) => l.target)).toEqual(['thing/a']);
});

test('and where people end the run while it waits for them, they are asked about its undo', async () => {
  world.thing('c').value = 'fixed';
  const run = await engine.start('forgets-put-back', { atTheEnd: 'leave', thenHold: true });
  await run.decide(await run.question(), { answer: 'approve' });
  await run.decide(await run.question((q) => q.kind === 'hold'), { answer: 'abort' });
  const undo = await run.question((q) => q.kind === 'undo');
  expect(world.writes).toEqual(['a=off']);
  await run.decide(undo, { answer: 'leave' });
  expect((await run.end()).outcome).toBe('aborted');
  expect((await leftBy(run.workflowId)).map((l) => l.target)).toEqual(['thing/a']);
});

test('what a person says stays is not put back at the end', async () => {
  world.thing('c').value = 'fixed';
  const run = await engine.start('forgets-put-back', { stays: 'ana wants it so' });
  await run.decide(await run.question(), { answer: 'approve' });
  expect((await run.end()).outcome).toBe('completed');
  expect(world.writes).toEqual(['a=off']);
  expect((await leftBy(run.workflowId)).map((l) => l.target)).toEqual(['thing/a']);
  expect(JSON.stringify(await engine.ledger.exportRecord(run.workflowId))).toContain('ana wants it so');
});

describe('when what was approved no longer holds', () => {
  const moved = async () => {
    const run = await engine.start('set-two-put-back');
    await run.decide(await run.question(), { answer: 'approve' });
    const hold = await run.question((q) => q.kind === 'hold');
    // Somebody replaced it: the put-back that was approved is of the one that is gone.
    world.put('a', 'other');
    world.thing('c').value = 'fixed';
    await run.decide(hold, { answer: 'retry' });
    return { run, anew: await run.question((q) => q.kind === 'approve' && q.plan!.changes.length === 0) };
  };

  test('it is planned anew and happens once people approve exactly that', async () => {
    const { run, anew } = await moved();
    expect(anew.body).toMatch(/no longer holds:\*\* a was replaced/);
    expect(anew.plan!.putBacks).toMatchObject([
      { diff: [{ before: 'other', after: 'on' }], once: { step: 'world.steady' } },
    ]);
    expect(world.writes).toEqual(['a=off', 'b=moved']);
    await run.decide(anew, { answer: 'approve' });
    expect((await run.end()).outcome).toBe('completed');
    expect(world.writes).toEqual(['a=off', 'b=moved', 'a=on']);
    expect((await leftBy(run.workflowId)).map((l) => l.target)).toEqual(['thing/b']);
  });

  test('after a no the run holds; who did it by hand is believed when the probe agrees', async () => {
    const { run, anew } = await moved();
    await run.decide(anew, { answer: 'reject', reason: 'I am looking' });
    const hold = await run.question((q) => q.kind === 'hold');
    expect(hold.body).toMatch(/ana rejected.*I am looking/s);
    expect(hold.options.map((o) => o.answer)).toEqual(['retry', 'by-hand', 'skip']);
    await run.decide(hold, { answer: 'by-hand' });
    const still = await run.question((q) => q.kind === 'hold' && q.id !== hold.id);
    expect(still.body).toMatch(/it is not done/);
    world.thing('a').value = 'on';
    await run.decide(still, { answer: 'by-hand', person: 'bo' });
    expect((await run.end()).outcome).toBe('completed');
    expect(world.writes).toEqual(['a=off', 'b=moved']);
    expect((await leftBy(run.workflowId)).map((l) => l.target)).toEqual(['thing/b']);
  });

  test('what is skipped is listed as left, with what would take it away', async () => {
    const { run, anew } = await moved();
    await run.decide(anew, { answer: 'reject', reason: 'no' });
    await run.decide(await run.question((q) => q.kind === 'hold'), { answer: 'skip' });
    expect((await run.end()).outcome).toBe('completed');
    expect(world.writes).toEqual(['a=off', 'b=moved']);
    expect((await leftBy(run.workflowId)).map((l) => l.target).sort()).toEqual(['thing/a', 'thing/b']);
  });

  test('what somebody else put back already asks nobody', async () => {
    const run = await engine.start('set-two-put-back');
    await run.decide(await run.question(), { answer: 'approve' });
    const hold = await run.question((q) => q.kind === 'hold');
    world.put('a', 'on');
    world.thing('c').value = 'fixed';
    await run.decide(hold, { answer: 'retry' });
    expect((await run.end()).outcome).toBe('completed');
    expect(world.writes).toEqual(['a=off', 'b=moved']);
    expect((await leftBy(run.workflowId)).map((l) => l.target)).toEqual(['thing/b']);
  });

  test('a run that ends early asks anew as well, before it offers the undo', async () => {
    const run = await engine.start('set-two-put-back');
    await run.decide(await run.question(), { answer: 'approve' });
    const hold = await run.question((q) => q.kind === 'hold');
    world.put('a', 'other');
    world.thing('c').value = 'fixed';
    await run.decide(hold, { answer: 'abort' });
    const anew = await run.question((q) => q.kind === 'approve');
    expect(anew.title).toBe('Put back: Move');
    await run.decide(anew, { answer: 'approve' });
    const undo = await run.question((q) => q.kind === 'undo');
    expect(undo.body).not.toMatch(/Set a/);
    await run.decide(undo, { answer: 'leave' });
    expect((await run.end()).outcome).toBe('aborted');
    expect(world.writes).toEqual(['a=off', 'b=moved', 'a=on']);
  });
});
