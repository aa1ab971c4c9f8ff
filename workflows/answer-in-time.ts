/**
 * The wait for an answer: reminds, escalates step by step, and lapses at the deadline. Silence is never yes; what the
 * ledger received in time counts, also when no worker was up to take it.
 */
import { condition } from '@temporalio/workflow';
import { milliseconds, type Duration } from '../activities/kit/index.ts';
import { decide } from './answers.ts';
import { ordinary } from './calls.ts';
import { run } from './current-run.ts';
import { isInHands } from './hands-off.ts';
import { deadlineOf } from './more-time.ts';
import { tell, type Answered, type AskedQuestion } from './questions.ts';

const A_DAY = milliseconds('1 day');

export async function answerInTime(
  asked: AskedQuestion,
  reminders: { readonly every: Duration | undefined; readonly everRarer: boolean },
): Promise<Answered> {
  let reminded = reminders.every && milliseconds(reminders.every);
  let remindAt = reminded ? Date.now() + reminded : Infinity;
  let step = 0;
  for (;;) {
    const { id, escalation } = asked.question;
    const deadline = deadlineOf(asked.question);
    const lapses = deadline ? Date.parse(deadline) : Infinity;
    const next = escalation[step];
    const until = Math.min(lapses, remindAt, next ? Date.parse(next.at) : Infinity);
    if (await answeredBefore(asked, until)) return asked.settled!;
    if (isInHands()) return { answer: undefined, takenOver: true };
    const at = Date.now();
    if (deadline && at >= Date.parse(deadlineOf(asked.question)!)) {
      for (const { id: decision, signed } of await ordinary.receivedDecisions({ questionId: id, deadline }))
        await ordinary.decisionTaken({ id: decision, outcome: await decide(signed) });
      // One of them may have asked for more time.
      if (!asked.settled && Date.now() < Date.parse(deadlineOf(asked.question)!)) continue;
      return (asked.settled ??= { answer: undefined });
    }
    if (next && at >= Date.parse(next.at)) {
      step++;
      escalate(asked, next.to);
    }
    if (at >= remindAt) {
      if (reminders.everRarer) reminded = Math.max(reminded!, Math.min(2 * reminded!, A_DAY));
      remindAt = at + reminded!;
      remind(asked);
    }
  }
}

/** False when the moment came first, or moved: then the caller looks again. */
async function answeredBefore(asked: AskedQuestion, until: number): Promise<boolean> {
  const { extensions } = asked.question;
  const over = () => asked.settled !== undefined || asked.question.extensions !== extensions || isInHands();
  if (until === Infinity) await condition(over);
  else await condition(over, Math.max(0, until - Date.now()));
  return asked.settled !== undefined;
}

function escalate(asked: AskedQuestion, to: readonly string[]): void {
  run.journal.say({
    kind: 'note',
    name: asked.question.id,
    text: `No answer so far: ${to.join(', ')} may answer as well now ("${asked.question.title}")`,
  });
  tell(asked, { kind: 'escalated', to });
}

function remind(asked: AskedQuestion): void {
  const { from, title, id, standing } = asked.question;
  const deadline = deadlineOf(asked.question);
  run.journal.say({
    kind: 'note',
    name: id,
    text: `Still waits for ${standing?.missing || from.join(', ')}${deadline ? ` until ${deadline}` : ''}: ${title}`,
  });
  tell(asked, { kind: 'reminded', whom: [...from] });
}
