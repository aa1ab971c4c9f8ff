/**
 * Questions to people. A question is written to the ledger before anyone can answer it, and closed there while the run
 * goes on; answers.ts verifies and counts what people say.
 */
import { CancellationScope, CancelledFailure } from '@temporalio/workflow';
import { answerInTime } from './answer-in-time.ts';
import { ordinary } from './calls.ts';
import { run } from './current-run.ts';
import type { QuestionNews } from './engine-activities.ts';
import { handsOff, isInHands } from './hands-off.ts';
import { now } from './journal.ts';
import type { DecisionOutcome, Question, QuestionTerms, Signed } from './messages.ts';
import type { Duration } from '../activities/kit/index.ts';
import type { Agreement } from './quorum.ts';
import { timesOf, type QuestionTimes } from './question-times.ts';
import { isTrying, triedUpTo } from './trying.ts';
import { whileUnanswered } from './unanswered.ts';

/** One person's counted answer, with the signed words that gave it. */
export interface Vote extends Agreement {
  readonly answer: string;
  readonly reason: string;
  /** With `approve`: only these places of the plan. */
  readonly positions?: readonly number[] | undefined;
  readonly signed: Signed;
}

/** How an asked question ended: the answer with the votes that gave it, or silence. */
export type Answered =
  | {
      readonly answer: string;
      readonly votes: readonly Vote[];
      /** The signed words that gave the question more time. */
      readonly extensions: readonly Signed[];
      readonly people: readonly string[];
      readonly reason: string;
    }
  /** `takenOver`: nobody was silent; a person took the run over, and the question was withdrawn. */
  | { readonly answer: undefined; readonly takenOver?: true };

export interface AskedQuestion {
  question: Question;
  readonly votes: Vote[];
  readonly extensions: Signed[];
  /** What was answered to each counted statement: the same one again gets the same answer. */
  readonly counted: Map<string, DecisionOutcome>;
  settled: Answered | undefined;
  closed: boolean;
  /** What the ledger is still being told, in order. */
  telling: Promise<unknown>;
}

export type QuestionDraft = Pick<
  Question,
  'kind' | 'title' | 'body' | 'options' | 'from' | 'quorum' | 'plan'
> &
  Partial<Pick<Question, 'needs' | 'excluded' | 'consent' | 'silence'>> &
  QuestionTimes & {
    /** How often those asked are reminded while nobody has answered. */
    readonly remindEvery?: Duration | undefined;
    /** Each wait for the next reminder is twice as long, a day at most: a hold may stay for weeks. */
    readonly everRarer?: boolean;
  };

type Ended = Answered & { readonly question: Question };

/** Asks, and waits for the answer or the deadline. A run that was taken over asks anew when it is given back. */
export async function ask(draft: QuestionDraft): Promise<Ended> {
  for (;;) {
    const ended = await askOnce(draft);
    if (!('takenOver' in ended)) return ended;
  }
}

/** Asks once: a cancelled run withdraws its question, and one that is taken over. `began` hears of it at once. */
export async function askOnce(draft: QuestionDraft, began?: (asked: AskedQuestion) => void): Promise<Ended> {
  if (isTrying()) triedUpTo(`it would ask ${draft.from.join(', ')}: ${draft.title}`);
  await handsOff();
  const { remindEvery, everRarer = false, ...asks } = whileUnanswered(draft);
  const { within, escalateTo, escalateAfter, silence, needs = [], excluded = [], ...rest } = asks;
  const times = timesOf({ within, escalateTo, escalateAfter });
  if (CancellationScope.current().consideredCancelled)
    throw new CancelledFailure('the run was asked to stop: it asks nothing more');
  const question: Question = {
    ...rest,
    needs: [...needs],
    excluded: [...excluded],
    id: `q${run.next('question')}`,
    ...times,
    extensions: [],
    silence: silence ?? (within ? 'No answer by then is a no.' : waits(times)),
  };
  const asked: AskedQuestion = {
    question,
    votes: [],
    extensions: [],
    counted: new Map(),
    settled: undefined,
    closed: false,
    telling: Promise.resolve(),
  };
  run.questions.set(question.id, asked);
  began?.(asked);
  const entry = run.journal.begin(
    { kind: 'question', name: question.id, text: question.title, facts: { from: question.from } },
    'waiting',
  );
  try {
    // Not cut by a cancel: a question that is written after it was withdrawn would stay open for ever.
    asked.telling = CancellationScope.nonCancellable(() =>
      ordinary.openQuestion({ runbook: run.runbook?.id ?? '', question }),
    );
    await asked.telling;
    const answered = await answerInTime(asked, { every: remindEvery, everRarer });
    if (!('takenOver' in answered))
      entry.end('ok', {
        facts: answered.answer
          ? { answer: answered.answer, people: answered.people, reason: answered.reason }
          : { answer: 'none in time' },
      });
    return { ...answered, question: asked.question };
  } finally {
    asked.closed = true;
    if (!asked.settled) entry.end('skipped', { facts: { answer: 'withdrawn' } });
    const closedAs = asked.settled ? (asked.settled.answer ?? 'expired') : withdrawnAs();
    // The run goes on meanwhile: to the run the question is closed already, and it ends only when the ledger agrees.
    run.background.push(
      CancellationScope.nonCancellable(async () => {
        await asked.telling;
        await ordinary.closeQuestion({ questionId: question.id, closedAs });
      }),
    );
  }
}

const waits = ({ escalation }: Pick<Question, 'escalation'>): string =>
  escalation.length
    ? `The run waits; without an answer it asks ${escalation.map((step) => step.to.join(', ')).join(', then ')} as well.`
    : 'The run waits.';

/** Why the run lets go of a question, in one word for whoever comes too late. */
function withdrawnAs(): string {
  if (isInHands()) return 'taken-over';
  if (run.stopped) return 'stopped';
  if (run.ending) return run.ending.outcome;
  // Not the branch's own scope: the engine cancels the branches of a run that failed.
  const whole = run.scope?.parent ?? CancellationScope.current();
  return whole.consideredCancelled ? 'cancelled' : 'withdrawn';
}

/** Whether a person may be answering just now. */
export const isAskingSomebody = (): boolean => [...run.questions.values()].some((q) => !q.closed);

type News = QuestionNews extends infer N ? (N extends unknown ? Omit<N, 'at'> : never) : never;

/** Has the ledger show the question as it is now and record what happened, after what it is being told already. */
export function tell(asked: AskedQuestion, news: News): void {
  const { question } = asked;
  const told = { ...news, at: now() } as QuestionNews;
  asked.telling = asked.telling.then(() =>
    CancellationScope.nonCancellable(() => ordinary.updateQuestion({ question, news: told })),
  );
}

/** What a decision is bound to, without the texts and the whole plan. */
export function termsOf(question: Question): QuestionTerms {
  const { id, kind, title, options, from, quorum, needs, excluded, consent, openedAt } = question;
  const { deadline, escalation, plan } = question;
  return {
    id,
    kind,
    title,
    options,
    from,
    quorum,
    needs,
    excluded,
    consent,
    openedAt,
    deadline,
    escalation,
    plan: plan && { hash: plan.hash, inPart: plan.inPart, expiresAt: plan.expiresAt },
  };
}
