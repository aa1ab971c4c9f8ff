/** Whether an answer can be taken. Pure: everything it looks at comes in. */
import { standing, type Authority, type StandIn } from '../config/index.ts';
import type { DecisionRow, QuestionRow, RunRow } from '../ledger/api.ts';
import { questionHash, REFUSALS, type Question } from '../workflows/messages.ts';
import { deadlineOf, MORE_TIME_ANSWER, moreTimeRefusal, USUAL_MINUTES } from '../workflows/more-time.ts';
import type { ProblemCode } from './api/problem.ts';

export interface Answer {
  readonly person: string;
  readonly answer: string;
  readonly reason: string;
  /** Of what the person saw. */
  readonly questionHash: string;
  readonly planHash: string;
  readonly positions?: readonly number[] | undefined;
  readonly minutes?: number | undefined;
}

export interface Refusal {
  readonly code: ProblemCode;
  readonly message: string;
}

/** Why this answer is not taken, or nothing when it is. Each says what to do next. */
export function decisionRefusal(q: {
  readonly row: QuestionRow;
  readonly run: Pick<RunRow, 'status' | 'outcome'> | undefined;
  readonly answer: Answer;
  readonly authority: Authority;
  /** Those in force now. */
  readonly standIns?: readonly StandIn[];
  /** What the ledger has for this question already. */
  readonly earlier: readonly DecisionRow[];
  readonly now: Date;
}): Refusal | undefined {
  const { row, run, answer, earlier, now } = q;
  const { question } = row;
  const { person } = answer;
  const closed = closedRefusal(row, run, now);
  if (closed) return closed;
  const stands = standing({
    ...q.authority,
    person,
    answer: answer.answer,
    question,
    at: now,
    standIns: q.standIns ?? [],
  });
  if (!stands.ok) return { code: 'not-entitled', message: stands.why };
  if (
    answer.questionHash !== questionHash(row.workflowId, question) ||
    answer.planHash !== (question.plan?.hash ?? '')
  ) {
    return {
      code: 'question-changed',
      message:
        'this answers another question or plan than the one that is open; look at it again, then answer',
    };
  }
  const wrong = wrongAnswer(question, answer);
  if (wrong) return wrong;
  const before = earlier.find(
    (d) => d.person === person && d.answer !== MORE_TIME_ANSWER && d.outcome?.counted !== false,
  );
  if (before === undefined || answer.answer === MORE_TIME_ANSWER) return undefined;
  const refused = REFUSALS.includes(before.answer);
  // Whoever has approved may still take it back.
  if (!refused && REFUSALS.includes(answer.answer)) return undefined;
  return {
    code: 'already-answered',
    message: `${person} has answered this question already: ${before.answer}${refused ? '' : '; reject it to take that back'}; "nightshift questions" shows who is still missing`,
  };
}

/** How a question of a run that ended early is closed, and what to say of the run. */
const WITHDRAWN: Readonly<Record<string, string>> = {
  cancelled: 'cancelled',
  stopped: 'stopped',
  aborted: 'aborted by a person',
  withdrawn: 'over',
  'taken-over': 'taken over by a person, and asks anew when it is given back',
};

function closedRefusal(
  { question, status, closedAs, workflowId }: QuestionRow,
  run: Pick<RunRow, 'status' | 'outcome'> | undefined,
  now: Date,
): Refusal | undefined {
  const deadline = deadlineOf(question);
  const whatNow = `"nightshift show ${workflowId}" tells what came of it`;
  if (closedAs === 'expired' || (deadline && status === 'open' && Date.parse(deadline) < now.getTime()))
    return { code: 'too-late', message: `too late: the question was open until ${deadline}; ${whatNow}` };
  if (run?.status === 'ended')
    return {
      code: 'run-is-over',
      message: `the run has ended (${run.outcome ?? 'without saying how'}), its questions are closed; ${whatNow}, "nightshift run" starts another`,
    };
  if (status === 'open') return undefined;
  const how =
    closedAs !== undefined && WITHDRAWN[closedAs] !== undefined
      ? `the run withdrew this question: it was ${WITHDRAWN[closedAs]}`
      : `the question was answered with "${closedAs ?? 'answered'}"`;
  return {
    code: 'question-closed',
    message: `${how}; ${whatNow}, "nightshift questions" lists what is open`,
  };
}

function wrongAnswer(question: Question, given: Answer): Refusal | undefined {
  const { answer, reason, positions, minutes } = given;
  const bad = (message: string): Refusal => ({ code: 'bad-request', message });
  if (!question.options.some((o) => o.answer === answer)) {
    const options = question.options.map((o) => o.answer).join(', ');
    return { code: 'no-such-answer', message: `answer one of: ${options}` };
  }
  if (answer === 'reject' && reason.trim() === '')
    return bad('say why you reject it: the run and the record keep the reason');
  if (minutes !== undefined && answer !== MORE_TIME_ANSWER)
    return bad(`minutes belong to the answer "${MORE_TIME_ANSWER}"`);
  if (answer === MORE_TIME_ANSWER) {
    const refusal = moreTimeRefusal(question, minutes ?? USUAL_MINUTES);
    return refusal === undefined ? undefined : bad(`no more time: ${refusal}`);
  }
  if (positions === undefined) return undefined;
  if (answer !== 'approve') return bad(`a part is named only with "approve"; "${answer}" is for all of it`);
  if (!question.plan?.inPart)
    return bad('this plan holds only as a whole: approve all of it, or reject it with what you would keep');
  const count = question.plan.changes.length;
  const beyond = positions.find((p) => p >= count);
  return beyond === undefined
    ? undefined
    : bad(`the plan has ${count} changes and no number ${beyond + 1}; name them from 1 to ${count}`);
}
