/** Deadlines, escalation, reminders and holds over the hours and days that they are meant for. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { MESSAGES } from '../../workflows/messages.ts';
import { World } from './fixtures/steps.ts';
import type { Run } from './harness.ts';
import { engineInHours } from './hours.ts';

const world = new World();
let handOver = 0;
const { engine, passes } = engineInHours({
  entry: new URL('./fixtures/deciding.ts', import.meta.url),
  steps: world.steps,
  people: {
    ana: { name: 'Ana', roles: ['oncall'] },
    cy: { name: 'Cy', roles: ['platform'] },
    dora: { name: 'Dora', roles: [] },
  },
  unanswered: { remindAfter: '30 minutes', escalateAfter: '15 minutes', escalateTo: ['platform', 'oncall'] },
  schedules: {
    roles: () => ['night'],
    holders: (role, at) => (role === 'night' ? [at.getTime() < handOver ? 'ana' : 'cy'] : undefined),
  },
});
beforeEach(() => {
  world.reset();
  world.put('a', 'on');
});
const minutesAfter = (from: string, to: string): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / 60_000);
/** What the run said by itself, and that it said so no earlier than these minutes after it had asked. */
const expectSaid = async (
  run: Run,
  openedAt: string,
  word: string,
  expected: readonly [number, string][],
) => {
  const said = (await run.state()).journal.filter((e) => e.kind === 'note' && e.text.includes(word));
  expect(said.slice(0, expected.length).map((e) => e.text.replace(/ until .*Z/, ''))).toEqual(
    expected.map(([, text]) => text),
  );
  for (const [index, [minutes]] of expected.entries())
    expect(minutesAfter(openedAt, said[index]!.at)).toBeGreaterThanOrEqual(minutes);
};
const kindsIn = async (run: Run): Promise<string[]> => {
  await engine.ledger.seal();
  const { entries } = (await engine.ledger.exportRecord(run.workflowId)) as { entries: { leaf: string }[] };
  return entries
    .map(({ leaf }) => (JSON.parse(leaf) as { kind: string }).kind)
    .filter((kind) => kind.startsWith('question-'));
};

describe('a chain of escalation', () => {
  test('asks one after the other, reminds, and lapses after an hour and a half with nothing changed', async () => {
    const run = await engine.start('chain');
    const question = await run.question();
    expect(minutesAfter(question.openedAt, question.deadline!)).toBe(90);
    await passes('95 minutes');
    expect(await run.end()).toEqual({
      outcome: 'rejected',
      result: '"Set a" was not approved in time: nobody answered',
    });
    await expectSaid(run, question.openedAt, 'may answer as well', [
      [10, 'No answer so far: platform may answer as well now ("Set a")'],
      [30, 'No answer so far: managers, dora may answer as well now ("Set a")'],
    ]);
    await expectSaid(run, question.openedAt, 'Still waits', [
      [4, 'Still waits for oncall: Set a'],
      [8, 'Still waits for oncall: Set a'],
      [12, 'Still waits for oncall: Set a'],
    ]);
    expect(await kindsIn(run)).toEqual(expect.arrayContaining(['question-escalated', 'question-reminded']));
    expect(await engine.ledger.question(run.workflowId, question.id)).toMatchObject({ closedAs: 'expired' });
    expect(world.writes).toEqual([]);
  });

  test('somebody further up may answer from their turn on, not before', async () => {
    const run = await engine.start('chain');
    const question = await run.question();
    expect(await run.decide(question, { answer: 'approve', person: 'cy' })).toMatchObject({
      counted: false,
      why: expect.stringMatching(/cy may not answer: asked are oncall; platform from/),
    });
    await passes('11 minutes');
    // Signed before their turn, however late it comes.
    const early = { issuedAt: question.openedAt };
    expect(await run.decide(question, { answer: 'approve', person: 'cy', change: early })).toMatchObject({
      counted: false,
    });
    expect(await run.decide(question, { answer: 'approve', person: 'dora' })).toMatchObject({
      counted: false,
    });
    expect(await run.decide(question, { answer: 'approve', person: 'cy' })).toMatchObject({ closed: true });
    expect((await run.end()).outcome).toBe('completed');
    expect(world.writes).toEqual(['a=off']);
  });
});

describe('whoever is on call', () => {
  test('may answer until the hand-over, and what they said before it is carried out after it', async () => {
    const run = await engine.start('by-night');
    const question = await run.question();
    handOver = Date.parse(question.openedAt) + 2 * 3_600_000;
    expect(await run.decide(question, { answer: 'approve', person: 'cy' })).toMatchObject({
      counted: false,
      why: expect.stringMatching(/cy may not answer: asked are night/),
    });
    const early = run.sign(question, { answer: 'approve', person: 'ana' });
    await passes('3 hours');
    expect(await run.decide(question, { answer: 'approve', person: 'ana' })).toMatchObject({
      counted: false,
      why: expect.stringMatching(/ana may not answer/),
    });
    expect(await run.handle.executeUpdate(MESSAGES.decide, { args: [early] })).toMatchObject({
      closed: true,
    });
    expect((await run.end()).outcome).toBe('completed');
    expect(world.writes).toEqual(['a=off']);
  });
});

describe('whoever stands in', () => {
  test('may answer until the delegation lapses by itself, and what they said before it is carried out after it', async () => {
    const run = await engine.start('by-night');
    const question = await run.question();
    handOver = Date.parse(question.openedAt) + 8 * 3_600_000;
    expect(await run.decide(question, { answer: 'approve', person: 'dora' })).toMatchObject({
      counted: false,
    });
    await engine.delegate({ role: 'night', from: 'ana', to: 'dora' });
    await passes('50 minutes');
    const early = run.sign(question, { answer: 'approve', person: 'dora' });
    await passes('20 minutes');
    expect(await run.decide(question, { answer: 'approve', person: 'dora' })).toMatchObject({
      counted: false,
      why: expect.stringMatching(/dora may not answer: asked are night/),
    });
    expect(await run.handle.executeUpdate(MESSAGES.decide, { args: [early] })).toMatchObject({
      closed: true,
    });
    expect((await run.end()).outcome).toBe('completed');
    expect((await run.state()).journal.map((e) => e.text)).toContain('dora in the place of ana: approve');
    expect(world.writes).toEqual(['a=off']);
  });
});

describe('silence where the runbook holds', () => {
  test('the run waits for days, asks anew, and carries out what is approved then', async () => {
    const run = await engine.start('holds-on-silence');
    const first = await run.question();
    await passes('61 minutes');
    const held = await run.question((q) => q.kind === 'hold');
    expect(held.body).toMatch(/not approved in time: nobody answered.*counts as rejected/);
    await passes('3 days');
    expect((await run.state()).questions.map((q) => q.id)).toEqual([held.id]);
    expect(await run.decide(first, { answer: 'approve' })).toMatchObject({
      counted: false,
      why: expect.stringMatching(/too late/),
      code: 'too-late',
    });
    await run.decide(held, { answer: 'retry' });
    const again = await run.question((q) => q.kind === 'approve');
    expect(again.id).not.toBe(first.id);
    expect(minutesAfter(again.openedAt, again.deadline!)).toBe(60);
    await passes('50 minutes');
    expect(await run.decide(again, { answer: 'approve' })).toMatchObject({ closed: true });
    expect((await run.end()).outcome).toBe('completed');
    expect(world.writes).toEqual(['a=off']);
  });
});

describe('more time', () => {
  test('moves the deadline by hours at most, each time said and recorded', async () => {
    const run = await engine.start('holds-on-silence');
    const question = await run.question();
    const more = (minutes: number) =>
      run.decide(question, { answer: 'more-time', reason: 'on the train', change: { minutes } });
    for (const hours of [1, 2, 3, 4]) {
      await passes('55 minutes');
      const outcome = await more(60);
      expect(outcome).toMatchObject({ counted: true, closed: false });
      if (!outcome.counted) continue;
      expect(minutesAfter(question.deadline!, outcome.until!)).toBe(hours * 60);
    }
    expect(await more(1)).toMatchObject({ counted: false, why: expect.stringMatching(/240 minutes more/) });
    await passes('70 minutes');
    // Ten minutes before the last deadline, and hours behind the first: what is approved now is still carried out.
    expect(await run.decide(question, { answer: 'approve' })).toMatchObject({ closed: true });
    expect((await run.end()).outcome).toBe('completed');
    expect(world.writes).toEqual(['a=off']);
    expect((await kindsIn(run)).filter((kind) => kind === 'question-extended')).toHaveLength(4);
  });
});

describe('a hold that nobody answers', () => {
  test('reminds ever more rarely and asks others as well, and so does the offer to undo', async () => {
    world.put('b', 'here');
    world.put('c', 'broken');
    const run = await engine.start('puts-back-late');
    await run.decide(await run.question(), { answer: 'approve' });
    const held = await run.question((q) => q.kind === 'hold');
    expect(held.silence).toBe('The run waits; without an answer it asks platform as well.');
    expect(held.deadline).toBeUndefined();
    expect(await run.decide(held, { answer: 'over', person: 'cy' })).toMatchObject({ counted: false });
    await passes('4 hours');
    await expectSaid(run, held.openedAt, 'Still waits', [
      [30, 'Still waits for oncall: Is it over?'],
      [90, 'Still waits for oncall: Is it over?'],
      [210, 'Still waits for oncall: Is it over?'],
    ]);
    await expectSaid(run, held.openedAt, 'may answer as well', [
      [15, 'No answer so far: platform may answer as well now ("Is it over?")'],
    ]);
    expect(await kindsIn(run)).toEqual(expect.arrayContaining(['question-escalated', 'question-reminded']));
    expect(await run.decide(held, { answer: 'abort', person: 'cy' })).toMatchObject({ closed: true });

    const undo = await run.question((q) => q.kind === 'undo');
    expect(minutesAfter(undo.openedAt, undo.deadline!)).toBe(75);
    await passes('20 minutes');
    expect(await run.decide(undo, { answer: 'undo', person: 'cy' })).toMatchObject({ closed: true });
    expect((await run.end()).outcome).toBe('aborted');
    expect(world.thing('c').value).toBe('broken');
  });
});

describe('a put-back whose grant is over', () => {
  test('is asked anew, all of the plan at once, and happens under the new grant', async () => {
    world.put('b', 'here');
    world.put('c', 'broken');
    const run = await engine.start('puts-back-late');
    await run.decide(await run.question(), { answer: 'approve' });
    const over = await run.question((q) => q.kind === 'hold');
    await passes('3 days');
    await run.decide(over, { answer: 'over' });
    const anew = await run.question((q) => q.kind === 'approve');
    expect(anew.body).toMatch(/the grant expired at/);
    expect(anew.plan).toMatchObject({
      changes: [],
      putBacks: [{ summary: 'Set a to on' }, { target: 'thing/b' }],
    });
    expect(world.writes).toEqual(['a=off', 'b=moved', 'c=fixed']);
    await run.decide(anew, { answer: 'approve' });
    expect((await run.end()).outcome).toBe('completed');
    expect(world.writes).toEqual(['a=off', 'b=moved', 'c=fixed', 'a=on', 'b=here']);
  });
});
