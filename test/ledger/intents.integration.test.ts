import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { BegunIntent, Ledger } from '../../ledger/api.ts';
import { until } from '../setup/until.ts';
import { again, anIntent, aRun, createDeployment, inMinutes, type TestDeployment } from './deployment.ts';

let deployment: TestDeployment;
let here: Ledger;
let there: Ledger;
beforeAll(async () => {
  deployment = await createDeployment();
  [here, there] = await Promise.all([deployment.open(), deployment.open()]);
});
afterAll(() => deployment.end());

const applied = { outcome: 'applied', output: { uid: 'u1' }, settledBy: 'apply' } as const;

async function begun(answer: Promise<BegunIntent>): Promise<Extract<BegunIntent, { state: 'begun' }>> {
  const intent = await answer;
  if (intent.state !== 'begun') throw new Error(`expected a begun intent, got ${JSON.stringify(intent)}`);
  return intent;
}

test('a run that only tries begins nothing, whatever grant it brings', async () => {
  const run = await aRun(here, { dryRun: true });
  for (const risk of ['notify', 'disruptive'] as const)
    expect(await here.beginIntent(anIntent(run, { risk }))).toEqual({
      state: 'refused',
      why: 'stopped',
      message: 'this run only tries: nothing of it is carried out',
    });
  expect(await here.intents(run)).toEqual([]);
});

test('begun, finished, and from then on completed with what was recorded', async () => {
  const intent = anIntent(await aRun(here));
  const { token, attempt } = await begun(here.beginIntent(intent));
  expect(attempt).toBe(1);
  expect(await there.attemptIsOpen({ ...intent, token })).toBe(true);
  expect(await there.beginIntent(intent)).toMatchObject({ state: 'unknown', attempt: 1 });
  expect(await here.finishIntent({ ...intent, token, result: applied })).toEqual({ adopted: [] });
  expect(await here.attemptIsOpen({ ...intent, token })).toBe(false);
  expect(await there.beginIntent(intent)).toEqual({
    state: 'completed',
    outcome: 'applied',
    output: { uid: 'u1' },
  });
  expect(await here.intents(intent.workflowId)).toMatchObject([
    { step: 'kubernetes.cordonNode', attempt: 1, result: { outcome: 'applied', settledBy: 'apply' } },
  ]);
});

test('twenty workers at once: one begins, the others learn of its attempt', async () => {
  const intent = anIntent(await aRun(here));
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? here : there).beginIntent(intent)),
  );
  expect(answers.filter((a) => a.state === 'begun')).toHaveLength(1);
  expect(answers.filter((a) => a.state === 'unknown')).toHaveLength(19);
});

test('a retry is the next attempt, and only after the last had no effect', async () => {
  const intent = anIntent(await aRun(here));
  const first = await begun(here.beginIntent(intent));
  const nothing = { outcome: 'failed', message: 'the API server answered 403', settledBy: 'apply' } as const;
  await here.finishIntent({ ...intent, token: first.token, result: nothing });
  const second = await begun(here.beginIntent(again(intent)));
  expect(second.attempt).toBe(2);
  expect(await here.finishIntent({ ...intent, token: first.token, result: applied })).toBe(false);
  await here.finishIntent({
    ...intent,
    token: second.token,
    result: { ...applied, outcome: 'already-satisfied' },
  });
  expect(await here.beginIntent(intent)).toMatchObject({ state: 'completed', outcome: 'already-satisfied' });
  const uses = await deployment.sql('select * from grant_uses where workflow_id = $1', [intent.workflowId]);
  expect(uses).toHaveLength(1);
});

describe('a worker that was asleep with a request begins nothing when it wakes', () => {
  const superseded = { state: 'refused', why: 'superseded' };

  test('where a later request was begun and failed', async () => {
    const asleep = anIntent(await aRun(here));
    const later = again(asleep);
    const { token } = await begun(there.beginIntent(later));
    const result = { outcome: 'failed', settledBy: 'apply' } as const;
    await there.finishIntent({ ...later, token, result });
    expect(await here.beginIntent(asleep)).toMatchObject(superseded);
    expect(await here.beginIntent(again(later))).toMatchObject({ state: 'begun', attempt: 2 });
  });

  test('where the run was told that nothing had begun; one that has begun is not withdrawn', async () => {
    const asleep = anIntent(await aRun(here));
    expect(await there.withdrawRequest(asleep)).toBe(true);
    expect(await here.beginIntent(asleep)).toMatchObject(superseded);
    const later = again(asleep);
    await begun(there.beginIntent(later));
    expect(await here.withdrawRequest(later)).toBe(false);
  });

  test('where its run has ended', async () => {
    const asleep = anIntent(await aRun(here), { requestedAt: inMinutes(-1) });
    const { workflowId } = asleep;
    await here.sealRun({ workflowId, outcome: 'aborted', result: null, journal: [] });
    expect(await here.beginIntent(asleep)).toMatchObject(superseded);
  });
});

test('an attempt is settled by others only after its deadline and skew, and its worker is then too late', async () => {
  const intent = anIntent(await aRun(here), { timeoutMs: 200 });
  const { token, attempt } = await begun(here.beginIntent(intent));
  const settle = (skewMs: number) =>
    there.settleIntent({
      ...intent,
      attempt,
      skewMs,
      result: { outcome: 'not-applied', settledBy: 'probe' },
    });
  expect(await settle(60_000)).toBe(false);
  await until(async () => (await settle(100)) !== false);
  expect(await settle(0)).toBe(false);
  expect(await here.attemptIsOpen({ ...intent, token })).toBe(false);
  expect(await here.finishIntent({ ...intent, token, result: applied })).toBe(false);
  expect(await here.beginIntent(again(intent))).toMatchObject({ state: 'begun', attempt: 2 });
  const kinds = await deployment.sql<{ kind: string }>(
    'select kind from record_entries where workflow_id = $1 order by id',
    [intent.workflowId],
  );
  expect(kinds.map((k) => k.kind)).toEqual(['run-received', 'intent', 'settle', 'intent']);
});

test('finishing and settling at once: exactly one of them is the result', async () => {
  for (let round = 0; round < 10; round += 1) {
    const intent = anIntent(await aRun(here), { timeoutMs: 0 });
    const { token, attempt } = await begun(here.beginIntent(intent));
    const done = await Promise.all([
      here.finishIntent({ ...intent, token, result: applied }),
      there.settleIntent({
        ...intent,
        attempt,
        skewMs: 0,
        result: { outcome: 'not-applied', settledBy: 'probe' },
      }),
    ]);
    expect(done.filter(Boolean)).toHaveLength(1);
    const [row] = await here.intents(intent.workflowId);
    expect(row?.result?.outcome).toBe(done[0] ? 'applied' : 'not-applied');
  }
});

test('an attempt past its deadline is not open any more, settled or not', async () => {
  const intent = anIntent(await aRun(here), { timeoutMs: 0 });
  const { token } = await begun(here.beginIntent(intent));
  expect(await here.attemptIsOpen({ ...intent, token })).toBe(false);
});

test('another change under the same key, an expired grant, a used grant: refused', async () => {
  const workflowId = await aRun(here);
  const intent = anIntent(workflowId);
  const { token } = await begun(here.beginIntent(intent));
  await here.finishIntent({ ...intent, token, result: applied });
  expect(await here.beginIntent({ ...intent, changeHash: 'another' })).toMatchObject({
    why: 'hash-mismatch',
  });
  expect(await here.beginIntent({ ...intent, plan: 2 })).toMatchObject({
    why: 'grant-used',
    message: 'this grant was used for change 1 in plan 1 already',
  });
  const expired = anIntent(workflowId, {
    position: { kind: 'change', index: 1 },
    grant: { ...intent.grant, expiresAt: inMinutes(-1) },
  });
  expect(await here.beginIntent(expired)).toMatchObject({ state: 'refused', why: 'grant-expired' });
});

test('a target that another run is changing is locked, until that run knows the outcome', async () => {
  const [mine, theirs] = [await aRun(here), await aRun(here)];
  const first = anIntent(mine);
  const second = anIntent(theirs, { change: first.change });
  const { token } = await begun(here.beginIntent(first));
  expect(await there.beginIntent(second)).toMatchObject({
    why: 'locked',
    message: expect.stringContaining(`the run ${mine} is changing ${first.change.target}`),
  });
  expect(await there.beginIntent({ ...second, cluster: 'another' })).toMatchObject({ state: 'begun' });
  await here.finishIntent({ ...first, token, result: applied });
  const next = { ...second, position: { kind: 'change', index: 1 } } as const;
  expect(await there.beginIntent(next)).toMatchObject({ state: 'begun' });
  const fences = await deployment.sql<{ fence: string }>(
    `select fence from attempts where target = $1 and cluster = 'lab' order by begun_at`,
    [first.change.target],
  );
  expect(fences.map((f) => Number(f.fence))).toEqual([1, 2]);
});

test('an attempt that a run left open when it ended keeps nobody from the target, once it can no longer run', async () => {
  const [mine, theirs] = [await aRun(here), await aRun(here)];
  const first = anIntent(mine, { timeoutMs: -10_000 });
  const second = anIntent(theirs, { change: first.change });
  await begun(here.beginIntent(first));
  expect(await there.beginIntent(second)).toMatchObject({ why: 'locked' });
  await here.sealRun({ workflowId: mine, outcome: 'aborted', result: null, journal: [] });
  await begun(there.beginIntent(second));
});

test('two runs that want the same target at once: one gets it', async () => {
  for (let round = 0; round < 10; round += 1) {
    const [mine, theirs] = [anIntent(await aRun(here)), anIntent(await aRun(here))];
    const answers = await Promise.all([
      here.beginIntent(mine),
      there.beginIntent({ ...theirs, change: mine.change }),
    ]);
    expect(answers.map((a) => a.state).sort()).toEqual(['begun', 'refused']);
  }
});

test('a freeze stops what it names and lets people be told; lifting it lets the change begin', async () => {
  const workflowId = await aRun(here, { runbook: 'frozen-book' });
  const other = await aRun(here);
  const freeze = await there.freeze({
    scope: { kind: 'runbook', name: 'frozen-book' },
    reason: 'audit',
    by: 'grace',
  });
  const refused = await here.beginIntent(anIntent(workflowId));
  expect(refused).toMatchObject({
    why: 'frozen',
    message: `runbook frozen-book is frozen by grace: audit; lift it with "nightshift lift ${freeze.id}"`,
  });
  expect(await here.beginIntent(anIntent(workflowId, { risk: 'notify' }))).toMatchObject({ state: 'begun' });
  expect(await here.beginIntent(anIntent(other))).toMatchObject({ state: 'begun' });
  expect(await here.freezes()).toEqual([freeze]);
  await there.lift(freeze.id, 'grace');
  await there.lift(freeze.id, 'grace');
  expect(await here.freezes()).toEqual([]);
  const next = anIntent(workflowId, { position: { kind: 'change', index: 1 } });
  expect(await here.beginIntent(next)).toMatchObject({ state: 'begun' });

  const ending = await there.freeze({
    scope: { kind: 'runbook', name: 'frozen-book' },
    reason: 'audit',
    by: 'grace',
    until: new Date(Date.now() + 3_600_000).toISOString(),
  });
  expect((await here.freezes()).map((f) => f.id)).toEqual([ending.id]);
  await there.lift(ending.id, 'grace');
  expect(await here.freezes()).toEqual([]);
  await expect(here.lift('freeze-nope', 'grace')).rejects.toThrow('there is no freeze "freeze-nope"');
});

test('a freeze of a cluster, and of everything until a moment', async () => {
  const workflowId = await aRun(here);
  const cluster = await here.freeze({
    scope: { kind: 'cluster', name: 'prod-1' },
    reason: 'upgrade',
    by: 'ada',
  });
  expect(await here.beginIntent(anIntent(workflowId, { cluster: 'prod-1' }))).toMatchObject({
    why: 'frozen',
  });
  await here.lift(cluster.id, 'ada');
  await here.freeze({ scope: { kind: 'everything' }, reason: 'over', by: 'ada', until: inMinutes(-1) });
  expect(await here.beginIntent(anIntent(workflowId))).toMatchObject({ state: 'begun' });
});

test('a freeze between the intent and the write closes the way to the write', async () => {
  const intent = anIntent(await aRun(here));
  const { token } = await begun(here.beginIntent(intent));
  const freeze = await there.freeze({ scope: { kind: 'everything' }, reason: 'stop!', by: 'ada' });
  expect(await here.attemptIsOpen({ ...intent, token })).toBe(false);
  await there.lift(freeze.id, 'ada');
  expect(await here.attemptIsOpen({ ...intent, token })).toBe(true);
});

test('once a freeze has returned, nothing begins, however many try', async () => {
  const intents = await Promise.all(Array.from({ length: 12 }, async () => anIntent(await aRun(here))));
  const tries = intents.map((intent, i) => (i % 2 === 0 ? here : there).beginIntent(intent));
  const freeze = await there.freeze({ scope: { kind: 'everything' }, reason: 'stop!', by: 'ada' });
  // As text: a Date would cut the microseconds off.
  const [clock] = await deployment.sql<{ now: string }>('select clock_timestamp()::text as now');
  await Promise.all(tries);
  const late = await deployment.sql('select * from attempts where begun_at > $1', [clock!.now]);
  expect(late).toEqual([]);
  await there.lift(freeze.id, 'ada');
});

test('a stopped run begins nothing any more, and can still say how what it began ended', async () => {
  const intent = anIntent(await aRun(here));
  const { token } = await begun(here.beginIntent(intent));
  await there.stopRun(intent.workflowId, { reason: 'wrong cluster', by: 'grace' });
  await there.stopRun(intent.workflowId, { reason: 'again', by: 'grace' });
  expect(await here.attemptIsOpen({ ...intent, token })).toBe(false);
  expect(await here.finishIntent({ ...intent, token, result: applied })).toEqual({ adopted: [] });
  for (const kind of ['change', 'put-back', 'undo'] as const) {
    const next = anIntent(intent.workflowId, { position: { kind, index: 7 }, risk: 'notify' });
    expect(await here.beginIntent(next)).toMatchObject({
      why: 'stopped',
      message: 'the run was stopped by grace: wrong cluster',
    });
  }
});

test('a run that the ledger does not know, and one that was terminated, change nothing', async () => {
  expect(await here.beginIntent(anIntent('made-up/by/hand'))).toMatchObject({
    state: 'refused',
    why: 'stopped',
  });
  const workflowId = await aRun(here);
  await here.sealRun({ workflowId, outcome: 'terminated', result: null, journal: [] });
  expect(await here.beginIntent(anIntent(workflowId))).toMatchObject({
    why: 'stopped',
    message: 'the run was terminated; start a new one',
  });
});

test('a run that is reset after its end reads what it did and goes on with the rest', async () => {
  const intent = anIntent(await aRun(here));
  const { token } = await begun(here.beginIntent(intent));
  await here.finishIntent({ ...intent, token, result: applied });
  await here.sealRun({ workflowId: intent.workflowId, outcome: 'failed', result: null, journal: [] });
  expect(await here.beginIntent(intent)).toMatchObject({ state: 'completed', output: { uid: 'u1' } });
  const next = anIntent(intent.workflowId, { position: { kind: 'change', index: 1 } });
  expect(await here.beginIntent(next)).toMatchObject({ state: 'begun' });
});

test('the record says what was begun and how it ended, without the change itself', async () => {
  const intent = anIntent(await aRun(here));
  const { token } = await begun(here.beginIntent(intent));
  await here.finishIntent({ ...intent, token, result: applied });
  const [entry] = await deployment.sql<{ facts: { intent: object } }>(
    `select facts from record_entries where workflow_id = $1 and kind = 'intent'`,
    [intent.workflowId],
  );
  expect(entry!.facts).toMatchObject({
    plan: 1,
    position: { kind: 'change', index: 0 },
    attempt: 1,
    fence: 1,
    worker: 'worker-a',
    intent: {
      step: 'kubernetes.cordonNode',
      changeHash: 'change-hash',
      grant: { by: ['ada'], questionId: 'q1' },
    },
  });
  expect(entry!.facts.intent).not.toHaveProperty('input');
});
