/** Whether an answer can be taken. Pure: everything it looks at comes in. */
import { askedAt, mayAnswer, type People } from '../config/index.ts';
import type { DecisionRow, QuestionRow } from '../ledger/api.ts';
import { questionHash } from '../workflows/messages.ts';
import type { ProblemCode } from './api/problem.ts';

export interface Answer {
  readonly person: string;
  readonly answer: string;
  /** Of what the person saw. */
  readonly questionHash: string;
  readonly planHash: string;
}

export interface Refusal {
  readonly code: ProblemCode;
  readonly message: string;
}

/** Why this answer is not taken, or nothing when it is. */
export function decisionRefusal(q: {
  readonly row: QuestionRow;
  readonly answer: Answer;
  readonly people: People;
  /** What the ledger has for this question already. */
  readonly earlier: readonly DecisionRow[];
  readonly now: Date;
}): Refusal | undefined {
  const { row, answer, people, earlier, now } = q;
  const { question } = row;
  if (!mayAnswer({ people, person: answer.person, question, at: now })) {
    const asked = askedAt(question, now).join(', ');
    return { code: 'not-entitled', message: `${answer.person} is not among those who are asked: ${asked}` };
  }
  if (row.closedAs === 'expired' || (question.deadline && Date.parse(question.deadline) < now.getTime())) {
    return { code: 'too-late', message: `too late: the question was open until ${question.deadline}` };
  }
  if (row.status === 'closed') {
    return { code: 'question-closed', message: `the question is closed: ${row.closedAs ?? 'answered'}` };
  }
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
  if (!question.options.some((o) => o.answer === answer.answer)) {
    const options = question.options.map((o) => o.answer).join(', ');
    return { code: 'no-such-answer', message: `answer one of: ${options}` };
  }
  const before = earlier.find((d) => d.person === answer.person && d.outcome?.counted !== false);
  if (before !== undefined) {
    return {
      code: 'already-answered',
      message: `${answer.person} has answered this question already: ${before.answer}`,
    };
  }
  return undefined;
}
