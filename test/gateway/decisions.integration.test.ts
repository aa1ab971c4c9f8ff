/** An answer of a person: authenticated, entitled, bound to what was seen, written down, delivered, counted once. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { DecisionStatement, MESSAGES, type RunState } from '../../workflows/messages.ts';
import { loadOrCreateKeyPair } from '../../ledger/keys.ts';
import { verifySigned } from '../../ledger/signed-statement.ts';
import { ApiError, type ApiClient } from '../../gateway/api-client.ts';
import { json, type Answer } from './deliveries.ts';
import { until } from '../setup/until.ts';
import { createHouse, type House, type Process } from './house.ts';
import { questionFor } from './question.ts';

let house: House;
let gateways: [Process, Process];
let worker: Process;
let ana: ApiClient;
let bo: ApiClient;
beforeAll(async () => {
  house = await createHouse();
  gateways = await Promise.all([house.startGateway(), house.startGateway()]);
  worker = await house.startWorker();
  [ana, bo] = await Promise.all([house.client(gateways[0], 'ana'), house.client(gateways[1], 'bo')]);
});
afterAll(() => house.close());

let workflowId: string;
beforeEach(async () => {
  const run = await ana.startRun({ runbook: 'by-hand', input: { service: `s-${crypto.randomUUID()}` } });
  ({ workflowId } = run);
  await until(async () => (await house.ledger.run(workflowId))?.status === 'started');
  // The gateway waits five seconds for the run's own word; a worker may need longer for the first of its runs.
  await until(() => votes().catch(() => undefined));
});

/** Asks as the run would, and answers what a person needs to answer. */
async function ask(change: Parameters<typeof questionFor>[0] = {}) {
  await house.ledger.openQuestion({ workflowId, runbook: 'by-hand', question: questionFor(change) });
  const { questionHash, question } = await ana.question(workflowId, 'q1');
  return { answer: 'reject', reason: 'not now', questionHash, planHash: question.plan?.hash ?? '' };
}
const votes = async () =>
  (await house.temporal.workflow.getHandle(workflowId).query<RunState>(MESSAGES.state)).journal.map(
    (e) => e.text,
  );
const problem = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no problem',
    (error: unknown) => (error instanceof ApiError ? [error.status, error.code] : error),
  );
/** What the ledger wrote down about refusals, in order. */
const refusals = async () => {
  await house.ledger.seal();
  const record = JSON.stringify(await house.ledger.exportLog());
  return { mention: (text: string) => record.includes(text) };
};

test('it is counted, and what the run was told is what the person said, signed by the gateway', async () => {
  const body = await ask();
  const decided = await ana.decide(workflowId, 'q1', { ...body, answer: 'approve', reason: 'go' });
  expect(decided).toMatchObject({ delivered: true, outcome: { counted: true, votes: 1, closed: true } });
  const [decision] = await house.ledger.decisions(workflowId, 'q1');
  expect(decision).toMatchObject({ id: decided.decisionId, person: 'ana', outcome: { counted: true } });
  const key = await loadOrCreateKeyPair(`${house.folder}/state/keys/gateway.pem`);
  const verified = verifySigned(decision!.signed, new Map([[key.keyId, key.publicKey]]));
  expect(DecisionStatement.parse(verified)).toMatchObject({
    deployment: 'test',
    workflowId,
    questionId: 'q1',
    questionHash: body.questionHash,
    planHash: 'plan-hash',
    answer: 'approve',
    reason: 'go',
    person: 'ana',
    authenticatedBy: expect.stringMatching(/^token token-/),
  });
});

test('nobody to take it: recorded at once, delivered when a worker is back, counted once by two gateways', async () => {
  const body = await ask();
  expect(await votes()).toEqual([]);
  await worker.kill('SIGKILL');
  const answers = await Promise.all([ana.decide(workflowId, 'q1', body), bo.decide(workflowId, 'q1', body)]);
  expect(answers.map((a) => a.delivered)).toEqual([false, false]);
  const shown = await ana.question(workflowId, 'q1');
  expect(shown.decisions.map((d) => [d.person, d.deliveredAt])).toEqual([
    [expect.anything(), undefined],
    [expect.anything(), undefined],
  ]);
  worker = await house.startWorker();
  await until(async () => (await house.ledger.decisions(workflowId)).every((d) => d.outcome !== undefined));
  expect((await house.ledger.decisions(workflowId)).map((d) => d.outcome?.counted)).toEqual([true, true]);
  expect((await votes()).sort()).toEqual(['ana: reject', 'bo: reject']);
});

test('both gateways killed between writing it down and delivering it: the next ones deliver it', async () => {
  const body = await ask();
  await house.temporalServer.cut();
  const answered = await ana.decide(workflowId, 'q1', body);
  expect(answered.delivered).toBe(false);
  await Promise.all(gateways.map((gateway) => gateway.kill('SIGKILL')));
  await house.temporalServer.mend();
  expect((await house.ledger.decisions(workflowId)).map((d) => d.outcome)).toEqual([undefined]);
  gateways = await Promise.all([house.startGateway(), house.startGateway()]);
  [ana, bo] = await Promise.all([house.client(gateways[0], 'ana'), house.client(gateways[1], 'bo')]);
  await until(async () => (await house.ledger.decisions(workflowId)).every((d) => d.outcome !== undefined));
  expect(await votes()).toEqual(['ana: reject']);
});

test('the same request again is the same decision; another one by the same person is refused and recorded', async () => {
  const body = { ...(await ask()), requestId: 'request-0001' };
  const first = await ana.decide(workflowId, 'q1', body);
  const again = await ana.decide(workflowId, 'q1', body);
  expect(again).toEqual(first);
  for (const other of [{ answer: 'approve' }, { reason: 'another' }, { planHash: 'another' }])
    expect(await problem(ana.decide(workflowId, 'q1', { ...body, ...other }))).toEqual([409, 'conflict']);
  expect(await problem(ana.decide(workflowId, 'q1', { ...body, requestId: 'request-0002' }))).toEqual([
    409,
    'already-answered',
  ]);
  expect(await votes()).toEqual(['ana: reject']);
  expect((await refusals()).mention('ana has answered this question already')).toBe(true);
});

test('two clicks of one person on two gateways count once', async () => {
  const body = await ask();
  const other = await house.client(gateways[1], 'ana');
  const outcomes = await Promise.all([ana, other].map((c) => problem(c.decide(workflowId, 'q1', body))));
  expect(outcomes.filter((o) => o === 'no problem')).toHaveLength(1);
  expect(await votes()).toEqual(['ana: reject']);
});

test('refused with a reason, recorded, and the run never hears of it', async () => {
  const body = await ask();
  const cy = await house.client(gateways[0], 'cy');
  const stranger = await house.client(gateways[0], 'eve');
  const attempts: [Promise<unknown>, unknown[]][] = [
    [cy.decide(workflowId, 'q1', body), [403, 'not-entitled']],
    [stranger.decide(workflowId, 'q1', body), [403, 'not-entitled']],
    [ana.decide(workflowId, 'q1', { ...body, planHash: 'another plan' }), [409, 'question-changed']],
    [ana.decide(workflowId, 'q1', { ...body, questionHash: 'another' }), [409, 'question-changed']],
    [ana.decide(workflowId, 'q1', { ...body, answer: 'perhaps' }), [400, 'no-such-answer']],
    [ana.decide(workflowId, 'q2', body), [404, 'no-such-question']],
    [ana.decide('no/such/1', 'q1', body), [404, 'no-such-question']],
  ];
  for (const [attempt, expected] of attempts) expect(await problem(attempt)).toEqual(expected);
  expect(await votes()).toEqual([]);
  expect(await house.ledger.decisions(workflowId)).toEqual([]);
  const written = await refusals();
  expect(written.mention('cy may not answer: asked are payments-oncall')).toBe(true);
  expect(written.mention('another plan')).toBe(true);
});

test('late is late', async () => {
  const body = await ask({ deadline: new Date(Date.now() - 1000).toISOString() });
  expect(await problem(ana.decide(workflowId, 'q1', body))).toEqual([410, 'too-late']);
  expect(await votes()).toEqual([]);
});

test('the run is over: the decision is answered and closed as too late', async () => {
  const body = await ask();
  await house.temporal.workflow.getHandle(workflowId).terminate('by the test');
  expect(await problem(ana.decide(workflowId, 'q1', body))).toEqual([410, 'too-late']);
  expect((await house.ledger.decisions(workflowId))[0]?.outcome).toEqual({
    counted: false,
    why: 'too late: the run is over',
    code: 'too-late',
  });
});

test('a GET decides nothing, and a token without the scope neither', async () => {
  const body = await ask();
  const path = `${gateways[0].url}/api/questions/${encodeURIComponent(workflowId)}/q1/decisions`;
  const token = await house.token('ana', ['read', 'decide']);
  const query = new URLSearchParams(body).toString();
  const got = await fetch(`${path}?${query}`, { headers: { authorization: `Bearer ${token}` } });
  expect(got.status).toBe(404);
  const reader = await house.token('ana', ['read', 'run', 'admin']);
  const posted = await fetch(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${reader}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect([posted.status, (await json<Answer>(posted)).code]).toEqual([403, 'missing-scope']);
  expect(await house.ledger.decisions(workflowId)).toEqual([]);
});
