import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Ledger } from '../../ledger/api.ts';
import { signStatement } from '../../ledger/signed-statement.ts';
import type { Question } from '../../workflows/messages.ts';
import { aRun, createDeployment, fresh, inMinutes, type TestDeployment } from './deployment.ts';

let deployment: TestDeployment;
let ledger: Ledger;
beforeAll(async () => {
  deployment = await createDeployment();
  ledger = await deployment.open();
});
afterAll(() => deployment.end());

const question = (title: string): Question => ({
  id: 'q1',
  kind: 'approve',
  title,
  body: '',
  options: [{ answer: 'yes', meaning: 'do it' }],
  from: ['oncall'],
  quorum: 1,
  openedAt: '2026-11-21T02:50:00.000Z',
  needs: [],
  excluded: [],
  escalation: [],
  extensions: [],
  silence: 'rejected',
});

function aDecision(workflowId: string, changes: { nonce?: string } = {}) {
  const nonce = changes.nonce ?? fresh('nonce');
  const signed = signStatement(
    { domain: 'nightshift/decision/v1', nonce } as { domain: string },
    deployment.key,
  );
  const id = fresh('decision');
  return { id, workflowId, questionId: 'q1', signed, person: 'ada', answer: 'yes', reason: 'looks right' };
}

const kindsOf = async (workflowId: string): Promise<string[]> =>
  (
    await deployment.sql<{ kind: string }>(
      'select kind from record_entries where workflow_id = $1 order by id',
      [workflowId],
    )
  ).map((row) => row.kind);

test('a question is opened once, however often it is asked, and closed once', async () => {
  const workflowId = await aRun(ledger);
  const ask = { workflowId, runbook: 'r', question: question('Move it?') };
  await Promise.all([ledger.openQuestion(ask), ledger.openQuestion(ask)]);
  expect(await ledger.question(workflowId, 'q1')).toMatchObject({ status: 'open', question: ask.question });
  expect(await ledger.questions({ status: 'open', workflowId, limit: 9 })).toHaveLength(1);
  await ledger.closeQuestion({ workflowId, questionId: 'q1', closedAs: 'yes' });
  await ledger.closeQuestion({ workflowId, questionId: 'q1', closedAs: 'expired' });
  await ledger.openQuestion(ask);
  expect(await ledger.question(workflowId, 'q1')).toMatchObject({ status: 'closed', closedAs: 'yes' });
  expect(await kindsOf(workflowId)).toEqual(['run-received', 'question-opened', 'question-closed']);
  await expect(ledger.closeQuestion({ workflowId, questionId: 'q9', closedAs: 'yes' })).rejects.toThrow(
    `the run ${workflowId} has no question "q9"`,
  );
});

test('of more questions than are asked for, those that are open are told, then the newest; in the order in which they came', async () => {
  const workflowId = await aRun(ledger);
  const ask = (id: string) =>
    ledger.openQuestion({ workflowId, runbook: 'r', question: { ...question(`Is ${id} it?`), id } });
  for (const id of ['first', 'second', 'third', 'fourth', 'fifth']) {
    await ask(id);
    if (id !== 'second') await ledger.closeQuestion({ workflowId, questionId: id, closedAs: 'yes' });
  }
  const told = async (limit: number) =>
    (await ledger.questions({ workflowId, limit })).map((row) => row.question.id);
  expect(await told(1)).toEqual(['second']);
  expect(await told(3)).toEqual(['second', 'fourth', 'fifth']);
  expect(await told(9)).toEqual(['first', 'second', 'third', 'fourth', 'fifth']);
});

test('a run that was reset asks under the same id with new times: that question is open, and both are recorded', async () => {
  const workflowId = await aRun(ledger);
  await ledger.openQuestion({ workflowId, runbook: 'r', question: question('Move it?') });
  await ledger.closeQuestion({ workflowId, questionId: 'q1', closedAs: 'yes' });
  const later = { ...question('Move it?'), openedAt: '2026-11-21T03:50:00.000Z' };
  await ledger.openQuestion({ workflowId, runbook: 'r', question: later });
  expect(await ledger.question(workflowId, 'q1')).toMatchObject({ status: 'open', question: later });
  expect((await kindsOf(workflowId)).filter((kind) => kind === 'question-opened')).toHaveLength(2);
});

test('a decision is received once, delivered once, and its nonce serves once', async () => {
  const workflowId = await aRun(ledger);
  const decision = aDecision(workflowId, { nonce: 'n-1' });
  const rows = await Promise.all(Array.from({ length: 10 }, () => ledger.receiveDecision(decision)));
  expect(new Set(rows.map((r) => r.receivedAt)).size).toBe(1);
  await expect(ledger.receiveDecision(aDecision(workflowId, { nonce: 'n-1' }))).rejects.toThrow(
    'this decision was sent before under another id',
  );
  await expect(ledger.receiveDecision({ ...aDecision(workflowId), id: decision.id })).rejects.toThrow(
    `another decision has the id "${decision.id}"`,
  );
  expect((await ledger.decisionsToDeliver(99)).map((d) => d.id)).toEqual([decision.id]);
  const outcome = { counted: true, votes: 1, needed: 1, closed: true } as const;
  await ledger.decisionDelivered(decision.id, outcome);
  await ledger.decisionDelivered(decision.id, { counted: false, why: 'twice' });
  expect(await ledger.decisionsToDeliver(99)).toEqual([]);
  expect(await ledger.decisions(workflowId, 'q1')).toMatchObject([
    { id: decision.id, outcome, signed: decision.signed },
  ]);
  expect(await ledger.decisions(workflowId, 'q2')).toEqual([]);
  expect(await kindsOf(workflowId)).toEqual(['run-received', 'decision', 'decision-delivered']);
});

test('a refusal is recorded once for each reason', async () => {
  const workflowId = await aRun(ledger);
  const refusal = { workflowId, questionId: 'q1', why: 'nobody signed it', statement: '{}' };
  await Promise.all([ledger.recordRefusal(refusal), ledger.recordRefusal(refusal)]);
  await ledger.recordRefusal({ ...refusal, why: 'too late' });
  expect(await kindsOf(workflowId)).toEqual(['run-received', 'decision-refused', 'decision-refused']);
});

test('what is left behind is listed until it is put back', async () => {
  const workflowId = await aRun(ledger);
  const left = {
    workflowId,
    target: 'node/worker-3',
    what: 'cordoned',
    why: 'the check did not pass',
    owner: 'oncall',
    expiresAt: inMinutes(60),
  };
  await ledger.addLeftover(left);
  await ledger.addLeftover(left);
  expect(await ledger.leftovers()).toMatchObject([left]);
  const { id } = (await ledger.leftovers())[0]!;
  await ledger.clearLeftover({ id, by: 'ada', reason: 'the node is new' });
  await ledger.clearLeftover({ id, by: 'ada', reason: 'the node is new' });
  expect(await ledger.leftovers()).toEqual([]);
  expect(await kindsOf(workflowId)).toEqual(['run-received', 'leftover', 'leftover-cleared']);
  await expect(ledger.clearLeftover({ id: 'left-none', by: 'ada', reason: 'x' })).rejects.toThrow(
    'nothing is left that is called "left-none"',
  );
});

test('what outlives its time is asked about once, and again when somebody lets it stay longer', async () => {
  const workflowId = await aRun(ledger);
  const about = { target: 'node/worker-4', what: 'cordoned', why: 'sick', owner: 'oncall' };
  await ledger.addLeftover({ workflowId, ...about, expiresAt: inMinutes(-1) });
  const toAsk = async () => (await ledger.leftoversToAsk(10)).map((l) => l.id);
  expect(await toAsk()).toEqual([]);
  await ledger.sealRun({ workflowId, outcome: 'completed', result: null, journal: [] });
  const [id] = (await toAsk()) as [string];
  await ledger.leftoverAsked(id);
  expect(await toAsk()).toEqual([]);
  const kept = { id, by: 'ada', reason: 'a new disk comes' };
  await ledger.keepLeftover({ ...kept, until: inMinutes(5) });
  expect(await toAsk()).toEqual([]);
  await ledger.keepLeftover({ ...kept, until: inMinutes(-1) });
  expect(await toAsk()).toEqual([id]);
  await ledger.clearLeftover({ id, by: 'ada', reason: 'done' });
  await expect(ledger.keepLeftover({ ...kept, until: inMinutes(5) })).rejects.toThrow('not left any more');
});

test('a token is shown once, found by its secret, and not after it was revoked or has expired', async () => {
  const { token, secret } = await ledger.createToken({
    person: 'ada',
    scopes: ['runs'],
    by: 'ben (token-1)',
    expiresAt: inMinutes(5),
  });
  expect(secret).toMatch(/^ns_[\w-]{43}$/);
  expect(await ledger.findToken(secret)).toMatchObject({ id: token.id, person: 'ada', scopes: ['runs'] });
  expect((await ledger.tokens())[0]!.lastUsedAt).toBeDefined();
  for (const wrong of ['', 'ns_', `${secret}x`, secret.slice(0, -1), secret.toUpperCase()]) {
    expect(await ledger.findToken(wrong)).toBeUndefined();
  }
  const stored = JSON.stringify(await deployment.sql('select * from tokens'));
  expect(stored).not.toContain(secret.slice(3));
  await ledger.revokeToken(token.id, 'cy (token-2)');
  await ledger.revokeToken(token.id, 'too late');
  expect((await ledger.tokens())[0]).toMatchObject({ createdBy: 'ben (token-1)', revokedBy: 'cy (token-2)' });
  const recorded = await deployment.sql<{ kind: string; facts: { id: string; by: string } }>(
    `select kind, facts from record_entries where kind like 'token-%' order by id`,
  );
  expect(recorded).toEqual([
    {
      kind: 'token-made',
      facts: expect.objectContaining({ id: token.id, person: 'ada', scopes: ['runs'], by: 'ben (token-1)' }),
    },
    { kind: 'token-revoked', facts: { id: token.id, by: 'cy (token-2)' } },
  ]);
  expect(await ledger.findToken(secret)).toBeUndefined();
  const expired = await ledger.createToken({
    person: 'ada',
    scopes: [],
    expiresAt: inMinutes(-1),
    by: 'ben',
  });
  expect(await ledger.findToken(expired.secret)).toBeUndefined();
  await expect(ledger.revokeToken('token-nope', 'ben')).rejects.toThrow('there is no token "token-nope"');
});

test('decisions on all questions of several runs are read at once', async () => {
  const runs = [await aRun(ledger), await aRun(ledger), await aRun(ledger)];
  const ids = [];
  for (const workflowId of runs) ids.push((await ledger.receiveDecision(aDecision(workflowId))).id);
  expect((await ledger.decisionsOfRuns(runs.slice(0, 2))).map((d) => d.id)).toEqual(ids.slice(0, 2));
  expect(await ledger.decisionsOfRuns([])).toEqual([]);
});
