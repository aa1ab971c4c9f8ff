/**
 * What people answer: verified by the worker, counted here. Whatever is refused is recorded with the reason: a
 * malformed, unsigned, late, repeated or unauthorised answer never changes a run, and never disappears.
 */
import { CancellationScope } from '@temporalio/workflow';
import { local, ordinary } from './calls.ts';
import { run } from './current-run.ts';
import type { VerifiedDecision } from './engine-activities.ts';
import { OfQuestion, REFUSALS, Signed, type DecisionOutcome, type DecisionStatement } from './messages.ts';
import { deadlineOf, MORE_TIME_ANSWER, moreTimeRefusal, USUAL_MINUTES } from './more-time.ts';
import { tell, termsOf, type AskedQuestion, type Vote } from './questions.ts';
import { isMet, missing, missingInWords, peopleNeeded } from './quorum.ts';

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
  const words = signed as Signed;
  const before = asked?.counted.get(words.statement);
  if (before) return before;
  const late = asked && tooLate(asked);
  const why = asked
    ? (late ?? refusalOf(asked, verified.statement))
    : 'there is no such question in this run';
  if (!asked || why) {
    const { workflowId } = run;
    await ordinary.recordRefusal({ workflowId, questionId, why: why ?? '', statement: words.statement });
    return { counted: false, why: why ?? '', ...(late && { code: 'too-late' }) };
  }
  // Nothing is awaited between the checks above and this line: two clicks of one person count once.
  const outcome = count(asked, verified, words);
  asked.counted.set(words.statement, outcome);
  return outcome;
}

type Verified = Extract<VerifiedDecision, { ok: true }>;

function count(
  asked: AskedQuestion,
  { statement, as, insteadOf }: Verified,
  signed: Signed,
): DecisionOutcome {
  const { person, answer, reason, positions, minutes = USUAL_MINUTES } = statement;
  const { question, votes } = asked;
  run.journal.say({
    kind: 'decision',
    name: question.id,
    text: `${person}${inPlaceOf(insteadOf)}: ${answer}${ofIt(statement)}${reason ? ` (${reason})` : ''}`,
    facts: { person, answer, ...(reason && { reason }) },
  });
  if (answer === MORE_TIME_ANSWER) {
    asked.extensions.push(signed);
    asked.question = { ...question, extensions: [...question.extensions, { person, minutes }] };
    const until = deadlineOf(asked.question)!;
    tell(asked, { kind: 'extended', person, until, reason });
    const lacking = missing(question, votes);
    return {
      counted: true,
      votes: votes.length,
      needed: peopleNeeded(question),
      closed: false,
      until,
      missing: missingInWords(lacking),
    };
  }
  votes.push({ person, answer, reason, as, insteadOf, positions, signed });
  const same = votes.filter((v) => v.answer === answer);
  const alone = question.kind !== 'approve' || answer !== 'approve';
  if (alone ? REFUSALS.includes(answer) || same.length >= question.quorum : agreed(asked, same)) {
    asked.settled = {
      answer,
      votes: same,
      extensions: asked.extensions,
      people: same.map((v) => v.person),
      reason,
    };
    return { counted: true, votes: same.length, needed: same.length, closed: true };
  }
  const lacking = missingInWords(missing(question, same)) || 'agreement on the same changes';
  asked.question = {
    ...question,
    standing: { votes: votes.map((v) => ({ person: v.person, answer: v.answer })), missing: lacking },
  };
  tell(asked, { kind: 'voted', person, missing: lacking });
  return {
    counted: true,
    votes: same.length,
    needed: peopleNeeded(question),
    closed: false,
    missing: lacking,
  };
}

/** Enough people approve, and of a plan that is approved in part enough of them the same change. One of put-backs alone holds as a whole. */
function agreed({ question }: AskedQuestion, approvals: readonly Vote[]): boolean {
  const nothingToChoose = question.plan?.changes.length === 0;
  return isMet(question, approvals) && (nothingToChoose || agreedPositions(question, approvals).length > 0);
}

/** The places of the plan that enough people approve. */
export function agreedPositions(question: AskedQuestion['question'], approvals: readonly Vote[]): number[] {
  return [...(question.plan?.changes.keys() ?? [])].filter((index) =>
    isMet(
      question,
      approvals.filter((a) => !a.positions || a.positions.includes(index)),
    ),
  );
}

const inPlaceOf = (insteadOf: Verified['insteadOf'] = []): string =>
  insteadOf.length ? ` in the place of ${insteadOf.map((i) => i.person).join(', ')}` : '';

const ofIt = ({ positions, minutes }: DecisionStatement): string =>
  positions ? ` only ${positions.map((p) => p + 1).join(', ')}` : minutes ? ` ${minutes} minutes` : '';

function tooLate({ settled, closed }: AskedQuestion): string | undefined {
  if (settled) return `too late: the question was answered with "${settled.answer ?? 'silence'}"`;
  return closed ? 'too late: the question is closed' : undefined;
}

function refusalOf(asked: AskedQuestion, statement: DecisionStatement): string | undefined {
  const { question, votes } = asked;
  const { person, answer, positions, minutes = USUAL_MINUTES } = statement;
  if (!question.options.some((o) => o.answer === answer))
    return `answer one of: ${question.options.map((o) => o.answer).join(', ')}`;
  if (answer === MORE_TIME_ANSWER) return moreTimeRefusal(question, minutes);
  // Whoever has approved may still take it back: a refusal closes the question, whoever says it.
  if (!REFUSALS.includes(answer) && votes.some((v) => v.person === person))
    return `${person} has answered this question already; reject it to take that back`;
  return positions && partRefusal(question, answer, positions);
}

/** Why these places of the plan cannot be approved alone, or nothing when they can. */
function partRefusal(
  { plan }: AskedQuestion['question'],
  answer: string,
  positions: readonly number[],
): string | undefined {
  if (answer !== 'approve') return `"${answer}" is for all of it: name no changes`;
  if (!plan?.inPart) return 'this plan holds only as a whole: approve all of it, or reject it';
  const beyond = positions.find((p) => p >= plan.changes.length);
  return beyond === undefined
    ? undefined
    : `the plan has ${plan.changes.length} changes, no number ${beyond + 1}`;
}

/** Only for finding the question; nothing is believed before the signature was verified. */
function questionIdOf(signed: unknown): string {
  const shape = Signed.safeParse(signed);
  if (!shape.success) return '';
  try {
    return OfQuestion.parse(JSON.parse(shape.data.statement)).questionId;
  } catch {
    return '';
  }
}
