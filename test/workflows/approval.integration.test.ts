/** What lets a plan be carried out, and what does not. */
import { expect, test } from '@jest/globals';
import { StepFailure } from '../../activities/kit/index.ts';
import { generateKeyPair } from '../../ledger/keys.ts';
import { MESSAGES } from '../../workflows/messages.ts';
import { until } from '../setup/until.ts';
import { engineInWorld } from './engine-in-world.ts';

const { engine, world, recordOf } = engineInWorld();

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
  expect(await run.handle.query('__temporal_workflow_metadata')).toMatchObject({
    currentDetails: expect.stringMatching(/^waits for an answer: Set a \(oncall; since 20.*Z\)$/),
  });
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
  [
    'that was held back until its own time was over',
    { change: { expiresAt: '2026-11-20T00:00:00.000Z' } },
    /valid until 2026-11-20T00:00:00.000Z and came too late; answer again/,
  ],
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
    code: 'too-late',
  });
  await run.decide(hold, { answer: 'skip' });
  expect(await run.end()).toEqual({ outcome: 'completed', result: { a: 'skipped', b: '2' } });
});

test('what only notifies is granted by policy; from a source that nobody signed also that much', async () => {
  const run = await engine.start('tells', {}, { authenticated: false, kind: 'alert' });
  expect((await run.end()).outcome).toBe('completed');
  expect(world.told).toEqual(['hello']);
});
