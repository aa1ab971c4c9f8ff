import { CancelledFailure } from '@temporalio/workflow';
import { run } from './current-run.ts';
import { failureMessage } from './failure-message.ts';
import { handsOff } from './hands-off.ts';
import { askOnce, type AskedQuestion } from './questions.ts';

export const HOLD_MEANINGS = {
  retry: 'try it again',
  skip: 'go on without it',
  'by-hand': 'I did it by hand; verify and go on',
  abort: 'stop the run here; what is owed is put back where its check passes, undo of the rest is offered',
} as const;
export type HoldAnswer = keyof typeof HOLD_MEANINGS;

/**
 * Stops at what failed and asks the runbook's owner what now. Answers `retry`, `skip` or `by-hand`; `abort` ends the
 * run at its next safe point and is thrown here as a cancellation. A run that is taken over meanwhile looks again when it
 * is given back, as if that person had answered.
 */
export async function heldAt<const O extends HoldAnswer>(held: {
  what: string;
  error: unknown;
  options: readonly O[];
  from?: readonly string[];
  /** What the person needs to know, as Markdown; what failed and why when absent. */
  body?: string;
  /** Hears of the question, to add to it while it is open. */
  asked?: (question: AskedQuestion) => void;
}): Promise<{ answer: Exclude<O, 'abort'>; person: string; givenBack?: boolean }> {
  const { what, error, options, from = [run.owner] } = held;
  const message = failureMessage(error);
  const triedAgain = () => {
    const person = run.handledBy;
    const answer = options.find((o) => o === 'by-hand') ?? 'retry';
    hold.end('ok', { facts: { answer, person, 'given back': true } });
    return { answer: answer as Exclude<O, 'abort'>, person, givenBack: true };
  };
  const hold = run.journal.begin({ kind: 'hold', name: what, text: message }, 'waiting');
  const { givenBack } = run;
  await handsOff();
  // Somebody who had the run may have mended it: it is tried before anybody is asked.
  if (run.givenBack > givenBack) return triedAgain();
  const answered = await askOnce(
    {
      kind: 'hold',
      title: `${what}: what now?`,
      body: held.body ?? `**${what}** did not succeed: ${message}`,
      options: options.map((answer) => ({ answer, meaning: HOLD_MEANINGS[answer] })),
      from: [...from],
      quorum: 1,
    },
    held.asked,
  ).catch((cause: unknown) => {
    hold.end('skipped');
    throw cause;
  });
  if ('takenOver' in answered) {
    await handsOff();
    return triedAgain();
  }
  const answer = answered.answer as O;
  const person = answered.answer ? (answered.people[0] ?? '') : '';
  hold.end(answer === 'abort' ? 'failed' : 'ok', { facts: { answer, person } });
  if (answer === 'abort') abortedAt(what, person);
  return { answer: answer as Exclude<O, 'abort'>, person };
}

/** Ends the run at its next safe point; thrown here as a cancellation. */
export function abortedAt(what: string, person: string): never {
  run.end({ outcome: 'aborted', reason: `${person} aborted at: ${what}` });
  throw new CancelledFailure(`aborted at ${what}`);
}
