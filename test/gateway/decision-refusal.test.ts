import { expect, test } from '@jest/globals';
import { decisionRefusal, type Answer } from '../../gateway/decision-refusal.ts';
import type { DecisionRow, QuestionRow, RunRow } from '../../ledger/api.ts';
import { questionHash, type Question } from '../../workflows/messages.ts';

const people = {
  ana: { name: 'Ana', roles: ['payments-oncall'] },
  bo: { name: 'Bo', roles: ['platform-oncall'] },
  cy: { name: 'Cy', roles: [] },
};
const question: Question = {
  id: 'q1',
  kind: 'approve',
  title: 'Move it',
  body: '',
  options: [
    { answer: 'approve', meaning: 'do it' },
    { answer: 'reject', meaning: 'leave it' },
    { answer: 'more-time', meaning: 'wait' },
  ],
  from: ['payments-oncall'],
  quorum: 1,
  openedAt: '2026-11-21T02:50:00.000Z',
  deadline: '2026-11-21T03:10:00.000Z',
  needs: [],
  excluded: [],
  escalation: [{ at: '2026-11-21T03:00:00.000Z', to: ['platform-oncall'] }],
  extensions: [],
  silence: 'No.',
  plan: {
    hash: 'the-plan',
    digest: { ordinal: 1, title: 'Move it', changes: [], putBacks: [], risk: 'disruptive', steps: [] },
    cluster: 'lab',
    changes: [],
    putBacks: [],
    risk: 'disruptive',
    inPart: false,
    expiresAt: '2026-11-21T03:30:00.000Z',
  },
};
const row: QuestionRow = { workflowId: 'w', runbook: 'r', question, status: 'open' };
const right = {
  person: 'ana',
  answer: 'approve',
  reason: 'it is sick',
  questionHash: questionHash('w', question),
  planHash: 'the-plan',
};
const earlier = (person: string, outcome?: DecisionRow['outcome']) =>
  ({ person, answer: 'approve', outcome }) as DecisionRow;

const extended = (...minutes: number[]) => ({
  question: { ...question, extensions: minutes.map((m) => ({ person: 'ana', minutes: m })) },
});

const codeOf = (change: {
  answer?: Partial<Answer>;
  row?: Partial<QuestionRow>;
  run?: Pick<RunRow, 'status' | 'outcome'>;
  earlier?: DecisionRow[];
  at?: string;
}) =>
  decisionRefusal({
    row: { ...row, ...change.row },
    answer: { ...right, ...change.answer },
    run: change.run ?? { status: 'started' },
    authority: { people },
    earlier: change.earlier ?? [],
    now: new Date(change.at ?? '2026-11-21T02:55:00.000Z'),
  })?.code;

const table: [string, Parameters<typeof codeOf>[0], string | undefined][] = [
  ['the right answer', {}, undefined],
  ['a no', { answer: { answer: 'reject' } }, undefined],
  ['at the last moment', { at: '2026-11-21T03:10:00.000Z' }, undefined],
  ['a moment later', { at: '2026-11-21T03:10:00.001Z' }, 'too-late'],
  ['someone without the role', { answer: { person: 'cy' } }, 'not-entitled'],
  ['someone nobody knows', { answer: { person: 'eve' } }, 'not-entitled'],
  ['the next in line, too early', { answer: { person: 'bo' } }, 'not-entitled'],
  [
    'the next in line, once escalated',
    { answer: { person: 'bo' }, at: '2026-11-21T03:00:00.000Z' },
    undefined,
  ],
  ['the first ones, once escalated', { at: '2026-11-21T03:05:00.000Z' }, undefined],
  ['a question that expired', { row: { status: 'closed', closedAs: 'expired' } }, 'too-late'],
  ['a question that was answered', { row: { status: 'closed', closedAs: 'approve' } }, 'question-closed'],
  ['another question', { answer: { questionHash: 'x' } }, 'question-changed'],
  ['another plan', { answer: { planHash: 'x' } }, 'question-changed'],
  ['no plan, where there is one', { answer: { planHash: '' } }, 'question-changed'],
  ['the hash of another run’s equal question', { row: { workflowId: 'w2' } }, 'question-changed'],
  ['an answer that is none', { answer: { answer: 'maybe' } }, 'no-such-answer'],
  [
    'a second time',
    { earlier: [earlier('ana', { counted: true, votes: 1, needed: 2, closed: false })] },
    'already-answered',
  ],
  ['while the first is under way', { earlier: [earlier('ana')] }, 'already-answered'],
  [
    'a no after a yes',
    {
      earlier: [earlier('ana', { counted: true, votes: 1, needed: 2, closed: false })],
      answer: { answer: 'reject', reason: 'wrong node' },
    },
    undefined,
  ],
  ['after one that did not count', { earlier: [earlier('ana', { counted: false, why: 'late' })] }, undefined],
  ['a no without a reason', { answer: { answer: 'reject', reason: ' ' } }, 'bad-request'],
  ['more time', { answer: { answer: 'more-time', minutes: 20 } }, undefined],
  [
    'more time, by whom has answered',
    { answer: { answer: 'more-time' }, earlier: [earlier('ana')] },
    undefined,
  ],
  ['too much more time', { answer: { answer: 'more-time', minutes: 61 } }, 'bad-request'],
  ['minutes with another answer', { answer: { minutes: 5 } }, 'bad-request'],
  ['a part of a plan that holds as a whole', { answer: { positions: [0] } }, 'bad-request'],
  ['when more time was given', { row: extended(10), at: '2026-11-21T03:20:00.000Z' }, undefined],
  ['after that, too', { row: extended(10), at: '2026-11-21T03:20:00.001Z' }, 'too-late'],
  [
    'when all the time was given',
    { row: extended(60, 60, 60, 60), answer: { answer: 'more-time' } },
    'bad-request',
  ],
  ['when the run has ended', { run: { status: 'ended', outcome: 'cancelled' } }, 'run-is-over'],
  [
    'a question that the run withdrew',
    { row: { status: 'closed', closedAs: 'withdrawn' } },
    'question-closed',
  ],
  ['after somebody else', { earlier: [earlier('bo')] }, undefined],
];
test.each(table)('%s', (_, change, code) => {
  expect(codeOf(change)).toBe(code);
});
