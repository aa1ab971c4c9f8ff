import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { questionHash, type Question } from '../../workflows/messages.ts';
import type { QuestionView } from '../../gateway/api/questions.ts';
import { nightshift } from './command-line.ts';
import { approval, hold, WORKFLOW_ID } from './render/samples.ts';
import { Refusal, startSmallGateway, type SmallGateway } from './small-gateway.ts';

let gateway: SmallGateway;
let env: Record<string, string>;
beforeAll(async () => {
  gateway = await startSmallGateway();
  env = { NIGHTSHIFT_URL: gateway.url, NIGHTSHIFT_TOKEN: 'nst_ana' };
});
afterAll(() => gateway.close());
beforeEach(() => {
  gateway.questions = [view(approval)];
  gateway.asked.length = 0;
  gateway.decision = {
    decisionId: 'd1',
    receivedAt: '2026-11-21T02:50:00Z',
    delivered: true,
    outcome: { counted: true, votes: 1, needed: 1, closed: true },
  };
});

const view = (question: Question, workflowId = WORKFLOW_ID): QuestionView => ({
  workflowId,
  runbook: 'pods-crash-on-one-node',
  question,
  questionHash: questionHash(workflowId, question),
  status: 'open',
  decisions: [],
});
const decisions = () => gateway.asked.filter((a) => a.path.endsWith('/decisions'));
const hash = approval.plan!.hash;

test('approve --yes shows the plan and sends the hashes of what was shown', async () => {
  const { code, out, err } = await nightshift(['approve', '--yes', '--reason', 'seen'], { env });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('Cordon node-worker-3');
  expect(out).toContain('"approve" to plan-1 counts; the run goes on.');
  expect(decisions()).toEqual([
    {
      path: `POST /api/questions/${WORKFLOW_ID}/plan-1/decisions`,
      authorization: 'Bearer nst_ana',
      body: {
        answer: 'approve',
        reason: 'seen',
        planHash: hash,
        questionHash: questionHash(WORKFLOW_ID, approval),
        requestId: expect.any(String),
      },
    },
  ]);
});

test('without a terminal approve names the flag to use and sends nothing', async () => {
  const { code, err } = await nightshift(['approve'], { env });
  expect(code).toBe(2);
  expect(err).toContain('next: pass --yes with --plan-hash PREFIX');
  expect(decisions()).toEqual([]);
});

test('the plan’s hash chooses between open questions; one that no open plan has is refused', async () => {
  gateway.questions = [view(approval), view(hold, 'other/1'), view({ ...approval, id: 'plan-2' }, 'other/2')];
  const several = await nightshift(['approve', '--yes'], { env });
  expect(several.code).toBe(2);
  expect(several.err).toContain('2 questions are open:');
  const named = await nightshift(
    ['approve', '--yes', '--plan-hash', hash.slice(0, 8), '--question', 'plan-2'],
    { env },
  );
  expect(named.code).toBe(0);
  const other = await nightshift(['approve', '--yes', '--plan-hash', 'ffffffff'], { env });
  expect(other.code).toBe(3);
  expect(other.err).toContain('no open question has a plan that begins with ffffffff');
  const short = await nightshift(['approve', '--yes', '--plan-hash', 'ff'], { env });
  expect(short.code).toBe(2);
  expect(decisions()).toHaveLength(1);
});

test('a plan that does not have the hash it claims is not approved', async () => {
  const [first, ...rest] = approval.plan!.changes;
  const changes = [{ ...first!, input: { node: 'node-worker-1' } }, ...rest];
  gateway.questions = [view({ ...approval, plan: { ...approval.plan!, changes } })];
  const { code, err } = await nightshift(['approve', '--yes'], { env });
  expect(code).toBe(3);
  expect(err).toContain('does not have the hash that it claims');
  expect(decisions()).toEqual([]);
});

test('the gateway’s refusal is printed with what to do next', async () => {
  gateway.decision = new Refusal('question-changed', 'the plan has changed since you saw it');
  const { code, err } = await nightshift(['approve', '--yes'], { env });
  expect(code).toBe(3);
  expect(err).toMatchInlineSnapshot(`
   "nightshift: the plan has changed since you saw it
     next: read the new question with "nightshift questions" and answer that
     exit code 3 (refused: not entitled, plan changed, too late, frozen)
   "
  `);
});

test('an answer that the run does not count is an error', async () => {
  gateway.decision = {
    decisionId: 'd1',
    receivedAt: '2026-11-21T02:50:00Z',
    delivered: true,
    outcome: { counted: false, why: 'ana has answered this question already' },
  };
  const { code, err } = await nightshift(['reject', '--reason', 'no'], { env });
  expect(code).toBe(3);
  expect(err).toContain('the run did not count the answer: ana has answered this question already');
});

test('a vote below the quorum and a decision that waits for a worker say so', async () => {
  gateway.decision = {
    decisionId: 'd',
    receivedAt: '',
    delivered: true,
    outcome: { counted: true, votes: 1, needed: 2, closed: false, missing: 'one more person' },
  };
  expect((await nightshift(['approve', '--yes'], { env })).out).toContain(
    '1 of 2; still missing: one more person',
  );
  gateway.decision = { decisionId: 'd', receivedAt: '', delivered: false };
  expect((await nightshift(['approve', '--yes'], { env })).out).toContain(
    'is written down; the run gets it as soon as',
  );
});

test('answer takes one of the question’s words and lists them otherwise', async () => {
  gateway.questions = [view(hold)];
  gateway.details = [];
  const wrong = await nightshift(['answer', WORKFLOW_ID, 'maybe', '--question', 'hold-1'], { env });
  expect(wrong.code).toBe(4);
});

test('reject needs a reason', async () => {
  const { code, err } = await nightshift(['reject'], { env });
  expect(code).toBe(2);
  expect(err).toContain("required option '--reason <text>' not specified");
});

test('-o json prints one JSON value and nothing else on standard output', async () => {
  const { out } = await nightshift(['approve', '--yes', '-o', 'json'], { env });
  expect(JSON.parse(out)).toMatchObject({ questionId: 'plan-1', answer: 'approve', delivered: true });
});

test('reading a plan in JSON loses nothing that could act on the terminal and shows none of it', async () => {
  gateway.questions = [view({ ...hold, title: 'evil \u202e\u001b[2J' })];
  const json = (await nightshift(['questions', '-o', 'json'], { env })).out;
  expect(json).not.toMatch(/[\u202e\u001b]/);
  expect((JSON.parse(json) as { questions: QuestionView[] }).questions[0]!.question.title).toBe(
    'evil \u202e\u001b[2J',
  );
  expect((await nightshift(['questions'], { env })).out).not.toMatch(/[\u202e\u001b]/);
});
