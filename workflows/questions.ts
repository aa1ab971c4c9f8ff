/**
 * Questions to people. A question is written to the ledger before anyone can answer it; an answer is verified by the
 * worker and counted here. Whatever is refused is recorded with the reason: a malformed, unsigned, late, repeated or
 * unauthorised answer never changes a run, and never disappears.
 */
import { CancellationScope, CancelledFailure, condition } from '@temporalio/workflow';
import { milliseconds, type Duration } from '../activities/kit/index.ts';
import { ordinary, local } from './calls.ts';
import { run } from './current-run.ts';
import { now } from './journal.ts';
import {
  DecisionStatement,
  Signed,
  type DecisionOutcome,
  type Question,
  type QuestionTerms,
} from './messages.ts';

/** How an asked question ended: the answer and the signed words that gave it, or silence. */
export type Answered =
  | {
      readonly answer: string;
      readonly decisions: readonly Signed[];
      readonly people: readonly string[];
      readonly reason: string;
    }
  | { readonly answer: undefined };

export interface AskedQuestion {
  readonly question: Question;
  readonly votes: { person: string; answer: string; reason: string; signed: Signed }[];
  settled: Answered | undefined;
  closed: boolean;
}

export type QuestionDraft = Omit<
  Question,
  'id' | 'openedAt' | 'deadline' | 'escalatesAt' | 'silence' | 'escalateTo'
> & {
  /** How long the first ones asked have; those it escalates to get as long again. No limit when absent. */
  readonly within?: Duration | undefined;
  readonly escalateTo?: readonly string[] | undefined;
  readonly silence?: string;
};

/** Any of these answers closes a question at once, whatever the quorum. */
const REFUSALS = new Set(['reject', 'abort']);

/** The terms that `within` and `escalateTo` give a question. */
export function timesOf({
  within,
  escalateTo = [],
}: Pick<QuestionDraft, 'within' | 'escalateTo'>): Pick<Question, 'openedAt' | 'deadline' | 'escalatesAt'> {
  const openedAt = now();
  if (!within) return { openedAt };
  const after = (times: number) =>
    new Date(Date.parse(openedAt) + times * milliseconds(within)).toISOString();
  return escalateTo.length
    ? { openedAt, escalatesAt: after(1), deadline: after(2) }
    : { openedAt, deadline: after(1) };
}

/** Asks, and waits for the answer or the deadline. A cancelled run withdraws its question. */
export async function ask({
  within,
  escalateTo = [],
  silence,
  ...draft
}: QuestionDraft): Promise<Answered & { readonly question: Question }> {
  if (CancellationScope.current().consideredCancelled)
    throw new CancelledFailure('the run was asked to stop: it asks nothing more');
  const question: Question = {
    ...draft,
    id: `q${run.next('question')}`,
    ...timesOf({ within, escalateTo }),
    escalateTo: [...escalateTo],
    silence: silence ?? (within ? 'No answer by then is a no.' : 'The run waits.'),
  };
  const asked: AskedQuestion = { question, votes: [], settled: undefined, closed: false };
  run.questions.set(question.id, asked);
  const entry = run.journal.begin(
    { kind: 'question', name: question.id, text: question.title, facts: { from: question.from } },
    'waiting',
  );
  try {
    // Not cut by a cancel: a question that is written after it was withdrawn would stay open for ever.
    await CancellationScope.nonCancellable(() =>
      ordinary.openQuestion({ runbook: run.runbook?.id ?? '', question }),
    );
    const answered = await answerBy(asked);
    entry.end('ok', {
      facts: answered.answer
        ? { answer: answered.answer, people: answered.people, reason: answered.reason }
        : { answer: 'none in time' },
    });
    return { ...answered, question };
  } finally {
    asked.closed = true;
    if (!asked.settled) entry.end('skipped', { facts: { answer: 'withdrawn' } });
    const closedAs = asked.settled ? (asked.settled.answer ?? 'expired') : 'withdrawn';
    await CancellationScope.nonCancellable(() =>
      ordinary.closeQuestion({ questionId: question.id, closedAs }),
    );
  }
}

async function answerBy(asked: AskedQuestion): Promise<Answered> {
  const { deadline, id } = asked.question;
  const answered = () => asked.settled !== undefined;
  if (!deadline) await condition(answered);
  else if (!(await condition(answered, Math.max(0, Date.parse(deadline) - Date.now())))) {
    // What the ledger received in time counts, also when no worker was up to take it.
    for (const signed of await ordinary.receivedDecisions({ questionId: id, deadline })) await decide(signed);
  }
  asked.settled ??= { answer: undefined };
  return asked.settled;
}

/**
 * Handler of the update and of the signal: verifies, counts, answers. Never throws for what a person did wrong. Not
 * cancelled with the run: a run that ends early still asks about its undo, and still answers who comes too late.
 */
export function decide(signed: unknown): Promise<DecisionOutcome> {
  return CancellationScope.nonCancellable(() => verifyAndCount(signed));
}

async function verifyAndCount(signed: unknown): Promise<DecisionOutcome> {
  const questionId = questionIdOf(signed);
  const asked = run.questions.get(questionId);
  const verified = await local.verifyDecision({
    signed,
    workflowId: run.workflowId,
    question: asked && termsOf(asked.question),
  });
  if (!verified.ok) return { counted: false, why: verified.why };
  const { person, answer, reason } = verified.statement;
  const refusal = asked ? refusalOf(asked, person, answer) : 'there is no such question in this run';
  if (!asked || refusal) {
    const repeated = asked?.votes.some((v) => v.signed.statement === (signed as Signed).statement);
    if (!repeated)
      await ordinary.recordRefusal({
        workflowId: run.workflowId,
        questionId,
        why: refusal ?? '',
        statement: (signed as Signed).statement,
      });
    return { counted: false, why: refusal ?? '' };
  }
  // Nothing is awaited between the checks above and this line: two clicks of one person count once.
  asked.votes.push({ person, answer, reason, signed: signed as Signed });
  run.journal.say({
    kind: 'decision',
    name: questionId,
    text: `${person}: ${answer}${reason ? ` (${reason})` : ''}`,
    facts: { person, answer },
  });
  const same = asked.votes.filter((v) => v.answer === answer);
  const needed = REFUSALS.has(answer) ? 1 : asked.question.quorum;
  if (same.length >= needed) {
    asked.settled = {
      answer,
      decisions: same.map((v) => v.signed),
      people: same.map((v) => v.person),
      reason,
    };
  }
  return { counted: true, votes: same.length, needed, closed: asked.settled !== undefined };
}

function refusalOf(
  { question, votes, settled, closed }: AskedQuestion,
  person: string,
  answer: string,
): string | undefined {
  if (settled) return `too late: the question was answered with "${settled.answer ?? 'silence'}"`;
  if (closed) return 'too late: the question is closed';
  if (votes.some((v) => v.person === person)) return `${person} has answered this question already`;
  if (!question.options.some((o) => o.answer === answer))
    return `answer one of: ${question.options.map((o) => o.answer).join(', ')}`;
  return undefined;
}

/** Only for finding the question; nothing is believed before the signature was verified. */
function questionIdOf(signed: unknown): string {
  const shape = Signed.safeParse(signed);
  if (!shape.success) return '';
  try {
    return DecisionStatement.pick({ questionId: true }).parse(JSON.parse(shape.data.statement)).questionId;
  } catch {
    return '';
  }
}

/** What a decision is bound to, without the texts and the whole plan. */
export function termsOf(question: Question): QuestionTerms {
  const { id, kind, title, options, from, escalateTo, escalatesAt, quorum, deadline, plan } = question;
  return {
    id,
    kind,
    title,
    options,
    from,
    escalateTo,
    escalatesAt,
    quorum,
    deadline,
    plan: plan && { hash: plan.hash, expiresAt: plan.expiresAt },
  };
}
