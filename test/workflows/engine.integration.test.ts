import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { StepFailure } from '../../activities/kit/index.ts';
import { generateKeyPair } from '../../ledger/keys.ts';
import { MESSAGES } from '../../workflows/messages.ts';
import { World } from './fixtures/steps.ts';
import { until } from '../setup/until.ts';
import { startEngine, type Engine } from './harness.ts';

/** Replaced for every test; the workers' steps look it up when they are called. */
let world = new World();
let engine: Engine;
const forwarded = () => new World().steps.map((_, i) => forwardedStep(i));

function forwardedStep(index: number) {
  const step = world.steps[index]!;
  if ('run' in step)
    return {
      ...step,
      run: (...a: Parameters<typeof step.run>) => (world.steps[index] as typeof step).run(...a),
    };
  const now = () => (world.steps[index] as typeof step).implementation;
  type I = typeof step.implementation;
  const undo = step.implementation.undo && ((...a: Parameters<NonNullable<I['undo']>>) => now().undo!(...a));
  return {
    ...step,
    implementation: {
      plan: (...a: Parameters<I['plan']>) => now().plan(...a),
      apply: (...a: Parameters<I['apply']>) => now().apply(...a),
      probe: (...a: Parameters<I['probe']>) => now().probe(...a),
      ...(undo && { undo }),
    },
  };
}

beforeAll(async () => {
  engine = await startEngine({ entry: new URL('./fixtures/entry.ts', import.meta.url), steps: forwarded() });
}, 120_000);
afterAll(() => engine.stop(), 60_000);
beforeEach(() => {
  world = new World();
  for (const [name, value] of Object.entries({ a: 'on', b: 'here', c: 'broken' })) world.put(name, value);
});
/** What the sealed log says of a run so far. */
const recordOf = async (workflowId: string) => {
  await engine.ledger.seal();
  return JSON.stringify(await engine.ledger.exportRecord(workflowId));
};
const leftBy = async (workflowId: string) =>
  (await engine.ledger.leftovers()).filter((l) => l.workflowId === workflowId);
const lost = () => new Error('the process was killed');

describe('a plan and its approval', () => {
  test('a read is called, a change waits for a person, and is carried out once when they agree', async () => {
    const run = await engine.start('set-one', { name: 'a', value: 'off' });
    const question = await run.question();
    expect(question).toMatchObject({
      kind: 'approve',
      title: 'Set a',
      body: 'it is wrong',
      from: ['oncall'],
      quorum: 1,
    });
    expect(question.plan).toMatchObject({
      risk: 'reversible',
      cluster: 'test-cluster',
      changes: [
        {
          target: 'thing/a',
          diff: [{ path: 'value', before: 'on', after: 'off' }],
          undo: { summary: 'Set a to on' },
        },
      ],
    });
    expect(world.writes).toEqual([]);
    expect((await run.state()).waitingFor).toMatchObject({ what: 'Set a', whom: ['oncall'] });
    expect(await run.decide(question, { answer: 'approve' })).toMatchObject({ counted: true, closed: true });
    expect(await run.end()).toEqual({ outcome: 'completed', result: { before: 'on', after: 'off' } });
    expect(world.writes).toEqual(['a=off']);
    const intents = await engine.ledger.intents(run.workflowId);
    expect(intents).toMatchObject([
      { step: 'world.set', target: 'thing/a', attempt: 1, result: { outcome: 'applied' } },
    ]);
  });

  test('a no changes nothing and ends the run as rejected, with the reason', async () => {
    const run = await engine.start('set-one', { name: 'a', value: 'off' });
    await run.decide(await run.question(), { answer: 'reject', reason: 'not tonight' });
    const end = await run.end();
    expect(end.outcome).toBe('rejected');
    expect(end.result).toMatch(/ana rejected "Set a": not tonight/);
    expect(world.writes).toEqual([]);
  });

  test.each([
    ['for another plan', { change: { planHash: 'beef' } }, /another plan/],
    ['for another question', { change: { questionHash: 'beef' } }, /another question/],
    ['for another run', { change: { workflowId: 'other' } }, /for run "other"/],
    ['for another deployment', { change: { deployment: 'other' } }, /deployment "other"/],
    ['by someone who was not asked', { person: 'cy' }, /cy may not answer/],
    ['by someone unknown', { person: 'mallory' }, /mallory may not answer/],
    ['signed by nobody we know', { key: generateKeyPair() }, /knows the signing key/],
    ['that is none of the options', { answer: 'maybe' }, /answer one of: approve, reject/],
  ])('an approval %s is refused with a reason and recorded', async (_, say, why) => {
    const run = await engine.start('set-one', { name: 'a', value: 'off' });
    const question = await run.question();
    const outcome = await run.decide(question, { answer: 'approve', ...say });
    expect(outcome).toEqual({ counted: false, why: expect.stringMatching(why) });
    expect(world.writes).toEqual([]);
    expect((await run.question()).id).toBe(question.id);
    const record = await recordOf(run.workflowId);
    expect(record).toMatch(/decision-refused/);
    await run.handle.terminate();
  });

  test('an unsigned answer straight to Temporal, by update or signal, is refused and recorded', async () => {
    const run = await engine.start('set-one', { name: 'a', value: 'off' });
    await run.question();
    expect(await run.handle.executeUpdate(MESSAGES.decide, { args: [{ answer: 'approve' }] })).toEqual({
      counted: false,
      why: expect.stringMatching(/not signed/),
    });
    await run.handle.signal(MESSAGES.decideSignal, { answer: 'approve', by: 'signal' });
    await until(async () => {
      const record = await recordOf(run.workflowId);
      return record.split('decision-refused').length - 1 >= 2;
    });
    expect(world.writes).toEqual([]);
    await run.handle.terminate();
  });

  test('an irreversible change needs two different people; one person twice counts once', async () => {
    const run = await engine.start('destroys');
    const question = await run.question();
    expect(question.quorum).toBe(2);
    const [first, second] = await Promise.all([
      run.decide(question, { answer: 'approve' }),
      run.decide(question, { answer: 'approve' }),
    ]);
    expect([first, second].filter((o) => o?.counted)).toHaveLength(1);
    expect([first, second].find((o) => !o?.counted)).toMatchObject({
      why: expect.stringMatching(/ana has answered/),
    });
    expect(world.writes).toEqual([]);
    await run.decide(question, { answer: 'approve', person: 'bo' });
    expect((await run.end()).outcome).toBe('completed');
    expect(world.writes).toEqual(['a destroyed']);
  });

  test('an answer to a question that is closed is late, and says so', async () => {
    const run = await engine.start('skippable');
    const question = await run.question();
    world.failNext('before-write', new StepFailure('refused', 'a budget forbids it'));
    await run.decide(question, { answer: 'approve' });
    const hold = await run.question((q) => q.kind === 'hold');
    expect(await run.decide(question, { answer: 'reject', person: 'bo' })).toEqual({
      counted: false,
      why: expect.stringMatching(/too late/),
    });
    await run.decide(hold, { answer: 'skip' });
    expect(await run.end()).toEqual({ outcome: 'completed', result: { a: 'skipped', b: '2' } });
  });

  test('what only notifies is granted by policy; from a source that nobody signed also that much', async () => {
    const run = await engine.start('tells', {}, { authenticated: false, kind: 'alert' });
    expect((await run.end()).outcome).toBe('completed');
    expect(world.told).toEqual(['hello']);
  });

  test('a decision that the ledger received before the deadline counts, also when no worker was up', async () => {
    const run = await engine.start('short-question');
    const question = await run.question();
    await engine.stopWorkers();
    await engine.ledger.receiveDecision({
      id: 'd-1',
      workflowId: run.workflowId,
      questionId: question.id,
      signed: run.sign(question, { answer: 'approve' }),
      person: 'ana',
      answer: 'approve',
      reason: '',
    });
    await until(async () => Date.now() > Date.parse(question.deadline!) + 500);
    await engine.startWorkers();
    expect((await run.end()).outcome).toBe('completed');
    expect(world.writes).toEqual(['a=x']);
  });

  test('silence escalates, then is a no', async () => {
    const run = await engine.start('short-question');
    const question = await run.question();
    expect(question.escalateTo).toEqual(['platform']);
    expect(Date.parse(question.deadline!) - Date.parse(question.openedAt)).toBe(4_000);
    expect(await run.decide(question, { answer: 'approve', person: 'cy' })).toMatchObject({ counted: false });
    const end = await run.end();
    expect(end).toMatchObject({ outcome: 'rejected', result: expect.stringMatching(/nobody answered/) });
    expect(world.writes).toEqual([]);
  });
});

describe('between approval and carrying out', () => {
  test('noise does not void the approval', async () => {
    const run = await engine.start('set-one', { name: 'a', value: 'off' });
    const question = await run.question();
    world.thing('a').beats += 40;
    await run.decide(question, { answer: 'approve' });
    expect((await run.end()).outcome).toBe('completed');
  });

  test('a target replaced under the same name is not touched, and the question is asked again with the new diff', async () => {
    const run = await engine.start('set-one', { name: 'a', value: 'off' });
    const question = await run.question();
    world.put('a', 'other');
    await run.decide(question, { answer: 'approve' });
    const again = await run.question((q) => q.id !== question.id);
    expect(world.writes).toEqual([]);
    expect(again.body).toMatch(/no longer holds.*a was replaced/s);
    expect(again.plan!.hash).not.toBe(question.plan!.hash);
    expect(again.plan!.changes[0]!.diff).toEqual([{ path: 'value', before: 'other', after: 'off' }]);
    expect(
      await run.decide(again, { answer: 'approve', change: { planHash: question.plan!.hash } }),
    ).toMatchObject({ counted: false });
    await run.decide(again, { answer: 'approve' });
    expect((await run.end()).outcome).toBe('completed');
    expect(world.writes).toEqual(['a=off']);
  });

  test('what was carried out before two conflicts is put back under the last grant, when the third is refused', async () => {
    const run = await engine.start('set-two-put-back');
    const first = await run.question();
    world.put('b', 'other');
    await run.decide(first, { answer: 'approve' });
    const second = await run.question((q) => q.id !== first.id);
    expect(second.plan!.changes).toHaveLength(1);
    world.put('b', 'another');
    await run.decide(second, { answer: 'approve' });
    const third = await run.question((q) => q.id !== first.id && q.id !== second.id);
    world.thing('c').value = 'fixed';
    await run.decide(third, { answer: 'reject' });
    expect((await run.end()).outcome).toBe('rejected');
    expect(world.writes).toEqual(['a=off', 'a=on']);
    expect(await leftBy(run.workflowId)).toEqual([]);
  });

  test('a freeze stops the effect until it is lifted', async () => {
    const run = await engine.start('set-one', { name: 'a', value: 'off' });
    const freeze = await engine.ledger.freeze({
      scope: { kind: 'everything' },
      reason: 'change stop',
      by: 'ana',
    });
    await run.decide(await run.question(), { answer: 'approve' });
    const hold = await run.question((q) => q.kind === 'hold');
    expect(hold.body).toMatch(/change stop/);
    expect(world.writes).toEqual([]);
    await engine.ledger.lift(freeze.id, 'ana');
    await run.decide(hold, { answer: 'retry' });
    expect((await run.end()).outcome).toBe('completed');
    expect(world.writes).toEqual(['a=off']);
  });

  test('a stopped run begins no effect', async () => {
    const run = await engine.start('set-one', { name: 'a', value: 'off' });
    const question = await run.question();
    await engine.ledger.stopRun(run.workflowId, { reason: 'wrong cluster', by: 'bo' });
    await run.decide(question, { answer: 'approve' });
    expect(await run.end()).toEqual({ outcome: 'stopped', result: expect.stringMatching(/wrong cluster/) });
    expect(world.writes).toEqual([]);
  });
});

describe('a worker that is lost', () => {
  test('after the write: the probe finds it done, and it is not done again', async () => {
    const run = await engine.start('set-one', { name: 'a', value: 'off' });
    world.failNext('after-write', lost());
    await run.decide(await run.question(), { answer: 'approve' });
    expect((await run.end()).outcome).toBe('completed');
    expect(world.writes).toEqual(['a=off']);
    expect(await engine.ledger.intents(run.workflowId)).toMatchObject([
      { result: { outcome: 'applied', settledBy: 'probe' } },
    ]);
  });

  test('before the write: the run holds and says so; a person tries again, as the next attempt', async () => {
    const run = await engine.start('set-one', { name: 'a', value: 'off' });
    world.failNext('before-write', lost());
    await run.decide(await run.question(), { answer: 'approve' });
    const hold = await run.question((q) => q.kind === 'hold');
    expect(hold.body).toMatch(/was not done/);
    await run.decide(hold, { answer: 'retry' });
    expect((await run.end()).outcome).toBe('completed');
    expect(world.writes).toEqual(['a=off']);
    expect((await engine.ledger.intents(run.workflowId)).map((i) => [i.attempt, i.result?.outcome])).toEqual([
      [1, 'not-applied'],
      [2, 'applied'],
    ]);
  });

  test('where the probe cannot tell, the run holds, and a retry looks again instead of acting', async () => {
    const run = await engine.start('set-one', { name: 'a', value: 'off' });
    world.failNext('after-write', lost());
    world.probeAnswers = 'unknown';
    await run.decide(await run.question(), { answer: 'approve' });
    const hold = await run.question((q) => q.kind === 'hold');
    expect(hold.body).toMatch(/nobody can tell/);
    world.probeAnswers = 'honestly';
    await run.decide(hold, { answer: 'retry' });
    expect((await run.end()).outcome).toBe('completed');
    expect(world.writes).toEqual(['a=off']);
  });

  test('where the probe itself is refused, the run holds as well', async () => {
    const run = await engine.start('set-one', { name: 'a', value: 'off' });
    world.failNext('after-write', lost());
    world.probeAnswers = 'refused';
    await run.decide(await run.question(), { answer: 'approve' });
    const hold = await run.question((q) => q.kind === 'hold');
    expect(hold.body).toMatch(/nobody may look/);
    world.probeAnswers = 'honestly';
    await run.decide(hold, { answer: 'retry' });
    expect((await run.end()).outcome).toBe('completed');
    expect(world.writes).toEqual(['a=off']);
  });

  test('and the run is cancelled meanwhile: it looks what became of the change, asks nothing, and ends', async () => {
    const run = await engine.start('set-one', { name: 'a', value: 'off' });
    world.failNext('before-write', lost());
    await run.decide(await run.question(), { answer: 'approve' });
    await until(async () => (await engine.ledger.intents(run.workflowId)).length === 1);
    await run.handle.cancel();
    expect((await run.end()).outcome).toBe('threw');
    expect(await engine.ledger.run(run.workflowId)).toMatchObject({ outcome: 'cancelled' });
    expect((await engine.ledger.intents(run.workflowId))[0]?.result?.outcome).toBe('not-applied');
  });

  test('where nobody can tell and a person aborts, the target is listed as left', async () => {
    const run = await engine.start('set-one', { name: 'a', value: 'off' });
    world.failNext('after-write', lost());
    world.probeAnswers = 'unknown';
    await run.decide(await run.question(), { answer: 'approve' });
    await run.decide(await run.question((q) => q.kind === 'hold'), { answer: 'abort' });
    expect((await run.end()).outcome).toBe('aborted');
    expect(await leftBy(run.workflowId)).toMatchObject([
      { target: 'thing/a', what: expect.stringMatching(/may have been carried out/) },
    ]);
  });

  test('while it waits for an answer: the run goes on where it was', async () => {
    const run = await engine.start('set-one', { name: 'a', value: 'off' });
    const question = await run.question();
    const looks = world.looks;
    await engine.restartWorkers();
    await run.decide(question, { answer: 'approve' });
    expect((await run.end()).outcome).toBe('completed');
    expect(world.looks).toBe(looks);
  });
});

describe('a hold', () => {
  test('a read that fails for good holds the run; retry goes on', async () => {
    world.readFailure = new StepFailure('refused', 'the API server says no', {
      next: 'Give the reader the role',
    });
    const run = await engine.start('set-one', { name: 'a', value: 'off' });
    const hold = await run.question((q) => q.kind === 'hold');
    expect(hold.body).toMatch(/the API server says no\. Give the reader the role/);
    expect(hold.options.map((o) => o.answer)).toEqual(['retry', 'abort']);
    world.readFailure = undefined;
    await run.decide(hold, { answer: 'retry' });
    await run.decide(await run.question((q) => q.kind === 'approve'), { answer: 'approve' });
    expect((await run.end()).outcome).toBe('completed');
  });

  test('done by hand is believed when the probe agrees, and not before', async () => {
    const run = await engine.start('set-one', { name: 'a', value: 'off' });
    world.failNext('before-write', new StepFailure('refused', 'no'));
    await run.decide(await run.question(), { answer: 'approve' });
    const hold = await run.question((q) => q.kind === 'hold');
    await run.decide(hold, { answer: 'by-hand' });
    const again = await run.question((q) => q.kind === 'hold' && q.id !== hold.id);
    expect(again.body).toMatch(/not done/);
    world.thing('a').value = 'off';
    await run.decide(again, { answer: 'by-hand' });
    expect(await run.end()).toEqual({ outcome: 'completed', result: { before: 'on', after: 'off' } });
    expect(world.writes).toEqual([]);
    expect((await engine.ledger.intents(run.workflowId)).at(-1)).toMatchObject({
      result: { outcome: 'by-hand', settledBy: 'person' },
    });
  });

  test('abort ends the run and offers the undo of what was carried out', async () => {
    const run = await engine.start('set-two-put-back');
    await run.decide(await run.question(), { answer: 'approve' });
    const hold = await run.question((q) => q.kind === 'hold');
    expect(hold.body).toMatch(/c is broken/);
    await run.decide(hold, { answer: 'abort' });
    const undo = await run.question((q) => q.kind === 'undo');
    expect(undo.body).toMatch(/Set b to here.*Set a to on/s);
    await run.decide(undo, { answer: 'undo' });
    expect((await run.end()).outcome).toBe('aborted');
    expect(world.writes).toEqual(['a=off', 'b=moved', 'b=here', 'a=on']);
    expect(await leftBy(run.workflowId)).toEqual([]);
  });

  test('an author can ask, with answers of their own', async () => {
    const run = await engine.start('asks');
    const hold = await run.question();
    expect(hold.options.map((o) => o.answer)).toEqual(['left', 'right', 'abort']);
    await run.decide(hold, { answer: 'right' });
    expect(await run.end()).toEqual({ outcome: 'completed', result: { answer: 'right' } });
    const reminder = await until(
      async () =>
        (
          await engine.ledger.questions({
            status: 'open',
            workflowId: `${run.workflowId}/reminder-1`,
            limit: 1,
          })
        )[0],
    );
    expect(reminder.question).toMatchObject({ kind: 'reminder', title: 'Was it right?' });
    await engine.client.workflow.getHandle(`${run.workflowId}/reminder-1`).terminate();
  });
});

describe('put-backs and leftovers', () => {
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
    expect(left).toMatchObject([{ workflowId: run.workflowId, target: 'thing/a', owner: 'oncall' }]);
  });
});

describe('how runs end', () => {
  test('an ordinary error fails the run with that error', async () => {
    const run = await engine.start('throws');
    expect(await run.end()).toMatchObject({ outcome: 'threw', result: expect.stringMatching(/reading 'x'/) });
    expect(await engine.ledger.run(run.workflowId)).toMatchObject({ status: 'ended', outcome: 'failed' });
  });

  test('bad input is refused with the path of the field', async () => {
    const run = await engine.start('set-one', { name: 7, value: 'x' });
    expect(await run.end()).toMatchObject({
      outcome: 'threw',
      result: expect.stringMatching(/input name: /),
    });
  });

  test('a change that is under way in another branch is waited for, and its undo offered', async () => {
    const run = await engine.start('two-branches');
    world.failNext('after-write', lost());
    await run.decide(await run.question(), { answer: 'approve' });
    await run.decide(await run.question((q) => q.kind === 'undo'), { answer: 'undo' });
    expect(await run.end()).toMatchObject({ outcome: 'threw', result: expect.stringMatching(/missing/) });
    expect(world.writes).toEqual(['a=off', 'a=on']);
    expect((await engine.ledger.intents(run.workflowId)).map((i) => i.result?.outcome)).toEqual([
      'applied',
      'applied',
    ]);
  });

  test('a hand-over says why', async () => {
    const run = await engine.start('hands-over');
    expect(await run.end()).toEqual({ outcome: 'handed-over', result: { reason: 'no pattern', seen: 3 } });
  });

  test('a change that was made and never proposed is reported', async () => {
    const run = await engine.start('forgets-proposal');
    await run.end();
    expect((await run.state()).journal.some((e) => /never proposed.*Set a to never/.test(e.text))).toBe(true);
  });

  test('a cancel stops at the next safe point and offers the undo', async () => {
    const run = await engine.start('set-two-put-back');
    await run.decide(await run.question(), { answer: 'approve' });
    await run.question((q) => q.kind === 'hold');
    await run.handle.cancel();
    const undo = await run.question((q) => q.kind === 'undo');
    await run.decide(undo, { answer: 'leave' });
    await run.end();
    expect(await engine.ledger.run(run.workflowId)).toMatchObject({ status: 'ended', outcome: 'cancelled' });
    expect(world.writes).toEqual(['a=off', 'b=moved']);
  });

  test('an alert that resolves before the first change stops the run', async () => {
    const run = await engine.start('set-one', { name: 'a', value: 'off' });
    const question = await run.question();
    await run.handle.signal(MESSAGES.alert, { kind: 'resolved', alertId: 'x', at: new Date().toISOString() });
    expect(await run.end()).toEqual({
      outcome: 'stopped',
      result: 'the alert resolved before anything was changed',
    });
    expect(await engine.ledger.question(run.workflowId, question.id)).toMatchObject({
      status: 'closed',
      closedAs: 'withdrawn',
    });
  });

  test('an alert that resolves before any worker took the run stops it before it looks', async () => {
    await engine.stopWorkers();
    const run = await engine.start('set-one', { name: 'a', value: 'off' });
    await run.handle.signal(MESSAGES.alert, { kind: 'resolved', alertId: 'x', at: new Date().toISOString() });
    await engine.startWorkers();
    expect((await run.end()).outcome).toBe('stopped');
    expect(world.looks).toBe(0);
  });

  test('a dry run shows its plan and carries nothing out', async () => {
    const run = await engine.start('set-one', { name: 'a', value: 'off' }, {}, { dryRun: true });
    expect(await run.end()).toMatchObject({ outcome: 'completed', result: expect.stringMatching(/dry run/) });
    expect(world.writes).toEqual([]);
  });

  test('a start that nobody signed runs nothing', async () => {
    const handle = await engine.client.workflow.start('set-one', {
      workflowId: 'forged',
      taskQueue: 'nightshift',
      args: [{ name: 'a', value: 'off' }],
    });
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'StartRefused' } });
    expect(world.looks).toBe(0);
  });
});

test('a run that is reset in Temporal repeats no effect', async () => {
  const run = await engine.start('set-one', { name: 'a', value: 'off' });
  await run.decide(await run.question(), { answer: 'approve' });
  await run.end();
  const history = await run.handle.fetchHistory();
  const started = history.events!.find((e) => e.workflowTaskCompletedEventAttributes)!;
  await engine.client.workflowService.resetWorkflowExecution({
    namespace: engine.namespace,
    workflowExecution: {
      workflowId: run.workflowId,
      runId: history.events![0]!.workflowExecutionStartedEventAttributes!.originalExecutionRunId,
    },
    workflowTaskFinishEventId: started.eventId,
    reason: 'test',
    requestId: 'reset-1',
  });
  world.thing('a').value = 'on';
  const again = engine.client.workflow.getHandle(run.workflowId);
  const question = await run.question();
  await again.executeUpdate(MESSAGES.decide, { args: [run.sign(question, { answer: 'approve' })] });
  expect(await again.result()).toMatchObject({ outcome: 'completed', result: { after: 'off' } });
  expect(world.writes).toEqual(['a=off']);
}, 120_000);

test('a check with a closure polls until it passes', async () => {
  const run = await engine.start('checks-closure');
  await until(async () => (await run.state()).journal.some((e) => e.kind === 'check'));
  world.thing('a').value = 'up';
  expect(await run.end()).toEqual({ outcome: 'completed', result: 'passed' });
});
