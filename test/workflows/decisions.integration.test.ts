/** Who has to agree, to how much of a plan, and what an answer is told. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { MESSAGES, type DecisionOutcome } from '../../workflows/messages.ts';
import { generateKeyPair } from '../../ledger/keys.ts';
import { until } from '../setup/until.ts';
import { World } from './fixtures/steps.ts';
import { startEngine, type Engine, type Run } from './harness.ts';

const people = {
  ana: { name: 'Ana', roles: ['oncall'] },
  bo: { name: 'Bo', roles: ['oncall', 'platform'] },
  cy: { name: 'Cy', roles: ['platform'] },
};
const IN_THREE_DAYS = (
  ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const
)[(new Date().getUTCDay() + 3) % 7]!;
const world = new World();
let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({
    entry: new URL('./fixtures/deciding.ts', import.meta.url),
    steps: world.steps,
    people,
    // A day that is neither today nor next to it.
    businessHours: { timeZone: 'UTC', days: [IN_THREE_DAYS], from: '00:00', to: '23:59' },
    policy: ({ runbook, hours, plan }) => {
      if (runbook === 'chain') return { people: 1, except: ['requester', 'author'] };
      if (runbook === 'holds-on-silence' && hours === 'outside')
        return { people: 2, because: 'outside of business hours' };
      if (runbook === 'as-a-whole' && plan.steps.length === 1) return { people: 2 };
      return { people: 1 };
    },
    authors: { chain: 'bo' },
  });
});
afterAll(() => engine.stop());
beforeEach(() => {
  world.reset();
  for (const [name, value] of Object.entries({ a: 'on', b: 'here', c: 'broken' })) world.put(name, value);
});
const recordOf = async (run: Run) => {
  await engine.ledger.seal();
  return JSON.stringify(await engine.ledger.exportRecord(run.workflowId));
};
const no = (why: RegExp) => ({ counted: false, why: expect.stringMatching(why) });

test('whoever has approved first may take it back while others are still asked', async () => {
  const run = await engine.start('part-by-two');
  const question = await run.question();
  expect(await run.decide(question, { answer: 'approve' })).toMatchObject({ counted: true, closed: false });
  expect(await run.decide(question, { answer: 'approve' })).toEqual(
    no(/already; reject it to take that back/),
  );
  expect(await run.decide(question, { answer: 'reject', reason: 'wrong node' })).toMatchObject({
    closed: true,
  });
  expect(await run.end()).toMatchObject({ outcome: 'rejected' });
});

describe('so many of each role', () => {
  test('one person fills one place; what is missing is said to whoever answers and whoever asks', async () => {
    const run = await engine.start('two-teams');
    const question = await run.question();
    expect(question).toMatchObject({ from: ['oncall', 'platform'], needs: [{ people: 1 }, { people: 1 }] });
    expect(await run.decide(question, { answer: 'approve', person: 'bo' })).toMatchObject({
      counted: true,
      votes: 1,
      needed: 2,
      closed: false,
      missing: 'one of platform',
    });
    const standing = { votes: [{ person: 'bo', answer: 'approve' }], missing: 'one of platform' };
    expect((await run.state()).questions).toMatchObject([{ standing }]);
    await until(async () => (await run.question()).standing !== undefined);
    expect(await run.question()).toMatchObject({ standing });
    expect(await run.decide(question, { answer: 'approve', person: 'bo' })).toEqual(no(/bo has answered/));
    expect(world.writes).toEqual([]);
    // ana can only be of the first team: bo, who is in both, then stands for the other.
    expect(await run.decide(question, { answer: 'approve' })).toMatchObject({ closed: true });
    expect((await run.end()).outcome).toBe('completed');
    expect(world.writes).toEqual(['a=off']);
  });

  test('two of one team are not one of each', async () => {
    const run = await engine.start('two-teams');
    const question = await run.question();
    await run.decide(question, { answer: 'approve', person: 'cy' });
    expect(await run.decide(question, { answer: 'reject', person: 'ana', reason: 'no' })).toMatchObject({
      closed: true,
    });
    expect(await run.end()).toMatchObject({
      outcome: 'rejected',
      result: expect.stringMatching(/ana.*: no/),
    });
  });
});

describe('business hours', () => {
  test('outside of them the question says that the policy wants two, and one is not enough', async () => {
    const run = await engine.start('holds-on-silence');
    const question = await run.question();
    expect(question).toMatchObject({ quorum: 2, consent: { because: 'outside of business hours' } });
    expect(await run.decide(question, { answer: 'approve' })).toMatchObject({ closed: false });
    expect(world.writes).toEqual([]);
    expect(await run.decide(question, { answer: 'approve', person: 'bo' })).toMatchObject({ closed: true });
    expect((await run.end()).outcome).toBe('completed');
  });
});

describe('four eyes', () => {
  test('neither who asked for the run nor who changed its runbook last may approve; both may say no', async () => {
    const run = await engine.start('chain', {}, { person: 'ana' });
    const question = await run.question();
    expect(question.excluded.map((e) => e.person)).toEqual(['ana', 'bo']);
    expect(await run.decide(question, { answer: 'approve' })).toEqual(no(/ana may not.*asked for this run/));
    expect(await run.decide(question, { answer: 'approve', person: 'bo' })).toEqual(
      no(/bo may not.*changed this runbook last/),
    );
    expect(await recordOf(run)).toMatch(/asked for this run/);
    await run.decide(question, { answer: 'reject', reason: 'mine was wrong' });
    expect((await run.end()).outcome).toBe('rejected');
    expect(world.writes).toEqual([]);
  });
});

describe('a part of a plan', () => {
  test('only what was approved is carried out, and only that is put back; the rest is said', async () => {
    const run = await engine.start('in-part');
    const question = await run.question();
    await run.decide(question, { answer: 'approve', change: { positions: [0, 2] } });
    expect(await run.end()).toEqual({ outcome: 'completed', result: ['off', 'nothing', 'fixed'] });
    expect(world.writes).toEqual(['a=off', 'c=fixed', 'a=on']);
    expect((await run.state()).journal).toContainEqual(
      expect.objectContaining({
        text: 'Set b to moved',
        status: 'skipped',
        facts: expect.objectContaining({ outcome: 'not approved' }),
      }),
    );
  });

  test('with two people it is what both approve', async () => {
    const run = await engine.start('part-by-two');
    const question = await run.question();
    await run.decide(question, { answer: 'approve', change: { positions: [0, 1] } });
    await run.decide(question, { answer: 'approve', person: 'bo', change: { positions: [1, 2] } });
    expect(await run.end()).toEqual({ outcome: 'completed', result: ['nothing', 'moved', 'nothing'] });
    expect(world.writes).toEqual(['b=moved']);
  });

  test('what is left after a conflict is the approved part', async () => {
    const run = await engine.start('in-part');
    const question = await run.question();
    world.put('a', 'other');
    await run.decide(question, { answer: 'approve', change: { positions: [0, 2] } });
    const again = await run.question((q) => q.id !== question.id);
    expect(again.plan!.changes.map((c) => c.summary)).toEqual(['Set a to off', 'Set c to fixed']);
    await run.decide(again, { answer: 'approve' });
    expect((await run.end()).result).toEqual(['off', 'nothing', 'fixed']);
  });

  test.each([
    ['of a plan that holds as a whole', 'as-a-whole', [0], /holds only as a whole/],
    ['that the plan does not have', 'in-part', [3], /3 changes, no number 4/],
  ])('a part %s is refused', async (_, runbook, positions, why) => {
    const run = await engine.start(runbook);
    const question = await run.question();
    expect(await run.decide(question, { answer: 'approve', change: { positions } })).toEqual(no(why));
    await run.handle.terminate();
  });
});

describe('standing in for somebody', () => {
  test('their place, not one more: the two of them are one', async () => {
    const run = await engine.start('part-by-two');
    const question = await run.question();
    expect(await run.decide(question, { answer: 'approve', person: 'cy' })).toEqual(no(/cy may not answer/));
    const id = await engine.delegate({ role: 'oncall', from: 'ana', to: 'cy' });
    expect(await run.decide(question, { answer: 'approve', person: 'cy' })).toMatchObject({
      closed: false,
      missing: 'one more person',
    });
    expect(await run.decide(question, { answer: 'approve', person: 'ana' })).toMatchObject({
      closed: false,
      missing: 'one more person',
    });
    await engine.ledger.endDelegation(id, 'ana');
    // What was said under it stands.
    expect(await run.decide(question, { answer: 'approve', person: 'bo' })).toMatchObject({ closed: true });
    expect((await run.end()).outcome).toBe('completed');
    expect((await run.state()).journal.map((e) => e.text)).toContain('cy in the place of ana: approve');
  });

  test.each([
    ['that was taken back', { from: 'ana' }, true, /cy may not answer/],
    ['that the gateway did not sign', { from: 'ana', key: generateKeyPair() }, false, /cy may not answer/],
    [
      'of a role that the other does not hold',
      { from: 'cy', to: 'dora' },
      false,
      /dora may not answer|no such person/,
    ],
  ])('a delegation %s lends nothing', async (_, given, ended, why) => {
    const run = await engine.start('as-a-whole');
    const question = await run.question();
    const to = 'to' in given ? given.to : 'cy';
    const id = await engine.delegate({ role: 'oncall', to, ...given });
    if (ended) await engine.ledger.endDelegation(id, 'ana');
    expect(await run.decide(question, { answer: 'approve', person: to })).toEqual(no(why));
    await engine.ledger.endDelegation(id, 'ana');
    await run.handle.terminate();
  });

  test('whoever is excluded lends nobody their place', async () => {
    const run = await engine.start('chain', {}, { person: 'ana' });
    const question = await run.question();
    const id = await engine.delegate({ role: 'oncall', from: 'ana', to: 'cy' });
    expect(await run.decide(question, { answer: 'approve', person: 'cy' })).toEqual(
      no(/cy may not answer in the place of ana: they asked for this run/),
    );
    await engine.ledger.endDelegation(id, 'ana');
    await run.handle.terminate();
  });
});

test('the policy judges the plan as a whole, when it is asked for and when each change happens', async () => {
  const run = await engine.start('as-a-whole');
  await run.decide(await run.question(), { answer: 'approve' });
  expect((await run.end()).outcome).toBe('completed');
  expect(world.writes).toEqual(['a=off', 'b=moved', 'c=fixed', 'a=on', 'b=here']);
});

describe('an answer counts once', () => {
  test('received before the deadline it counts when no worker was up, and where it is delivered as well', async () => {
    const runs = [await engine.start('brief'), await engine.start('brief')];
    const asked = await Promise.all(runs.map((run) => run.question()));
    const signed = runs.map((run, i) => run.sign(asked[i]!, { answer: 'approve' }));
    for (const [i, { workflowId }] of runs.entries()) {
      const decision = { id: `d-${i}`, workflowId, questionId: asked[i]!.id, signed: signed[i]! };
      await engine.ledger.receiveDecision({ ...decision, person: 'ana', answer: 'approve', reason: '' });
    }
    await engine.stopWorkers();
    const updated = runs[1]!.handle.executeUpdate<DecisionOutcome, [unknown]>(MESSAGES.decide, {
      args: [signed[1]],
    });
    await until(() => asked.every((q) => Date.now() > Date.parse(q.deadline!) + 500));
    await engine.startWorkers();
    expect(await updated).toMatchObject({ counted: true, closed: true });
    for (const run of runs) expect((await run.end()).outcome).toBe('completed');
    expect(world.writes).toEqual(['a=off']);
  });

  test('approving one question answers no other', async () => {
    const first = await engine.start('as-a-whole');
    const second = await engine.start('as-a-whole');
    const [one, other] = [await first.question(), await second.question()];
    const signed = first.sign(one, { answer: 'approve' });
    expect(
      await second.handle.executeUpdate<DecisionOutcome, [unknown]>(MESSAGES.decide, { args: [signed] }),
    ).toEqual(no(/it is for run/));
    expect(other.plan!.changes).toEqual(one.plan!.changes);
    expect(world.writes).toEqual([]);
    await Promise.all([first, second].map((run) => run.handle.terminate()));
  });
});
