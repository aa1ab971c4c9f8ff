import { isCancel, select, text } from '@clack/prompts';
import type { QuestionView } from '../../gateway/api/questions.ts';
import { deadlineOf } from '../../workflows/more-time.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import { cleanLine } from '../render/clean.ts';
import { count, shortHash } from '../render/plan.ts';
import { elapsed, until } from '../render/time.ts';
import type { Io } from '../terminal/io.ts';
import { label } from './choose-question.ts';

interface Asking {
  readonly io: Io;
  /** Takes the prompt away: somebody else answered, or the question closed. */
  readonly signal?: AbortSignal | undefined;
}

const streams = ({ io, signal }: Asking) => ({
  input: io.stdin,
  output: io.stdout,
  signal: signal ? AbortSignal.any([signal, io.interrupted]) : io.interrupted,
});

/**
 * Asks the person at the terminal to type the confirmation: `yes`, or for an irreversible plan the beginning of its
 * hash. False for anything else, Ctrl-C and a withdrawn prompt.
 */
export async function confirmApproval(
  { question: q }: QuestionView,
  asking: Asking & { readonly positions?: readonly number[] | undefined },
): Promise<boolean> {
  const hash = q.plan ? shortHash(q.plan.hash) : '';
  const wanted = q.plan?.risk === 'irreversible' ? hash.slice(0, 4) : 'yes';
  const why =
    q.plan?.risk === 'irreversible' ? ' (it cannot be undone: the first four characters of its hash)' : '';
  const typed = await text({
    ...streams(asking),
    message: `Type ${wanted}${why} to approve ${onlyOf(asking.positions)}${hash ? `plan ${hash}` : q.id}; anything else changes nothing`,
  });
  return !isCancel(typed) && typed.trim().toLowerCase() === wanted;
}

const onlyOf = (positions: readonly number[] | undefined): string =>
  positions ? `only ${positions.map((p) => p + 1).join(', ')} of ` : '';

/** What stands above on a long plan, once more where the cursor is. */
function recap(question: QuestionView['question'], now: Date): string {
  const { plan } = question;
  const deadline = deadlineOf(question);
  const parts = [
    ...(plan ? [count(plan.changes.length, 'change'), plan.risk, `on ${cleanLine(plan.cluster)}`] : []),
    ...(deadline ? [`${elapsed(until(deadline, now))} left`] : []),
  ];
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}

/** Asks which of the question's answers to give, or undefined for none now. */
export async function askForAnswer(
  { question: q }: QuestionView,
  asking: Asking,
): Promise<string | undefined> {
  const { io } = asking;
  const LATER = '';
  const chosen = await select({
    ...streams(asking),
    message: `Your answer to ${cleanLine(q.title)}${recap(q, io.screen().now)}`,
    initialValue: LATER,
    options: [
      { value: LATER, label: 'not now', hint: 'watch on; answer later or elsewhere' },
      ...q.options.map(({ answer, meaning }) => ({
        value: answer,
        label: cleanLine(answer),
        hint: cleanLine(meaning),
      })),
    ],
  });
  return isCancel(chosen) || chosen === LATER ? undefined : chosen;
}

/** Asks why. A no needs a reason; Ctrl-C gives the empty one. */
export async function askForReason(answer: string, asking: Asking): Promise<string> {
  const needed = answer === 'reject';
  const typed = await text({
    ...streams(asking),
    message: needed ? 'Why? (the run and the record keep it)' : 'Why? (goes into the record; may be empty)',
    defaultValue: '',
    ...(needed && { validate: (value) => (value?.trim() ? undefined : 'a no needs a reason') }),
  });
  return isCancel(typed) ? '' : typed.trim();
}

/** Lets the person pick one of several open questions. */
export async function pickQuestion(
  questions: readonly QuestionView[],
  asking: Asking,
): Promise<QuestionView> {
  const chosen = await select({
    ...streams(asking),
    message: 'Several questions are open. Which one?',
    options: questions.map((q, index) => ({ value: index, label: cleanLine(label(q)) })),
  });
  const question = isCancel(chosen) ? undefined : questions[chosen];
  if (!question) throw new CliFailure(EXIT.interrupted, 'no question was chosen; nothing was answered');
  return question;
}

/** The error of a prompt that cannot be shown, with the flag that replaces it. */
export const noTerminal = (what: string, flag: string): CliFailure =>
  new CliFailure(EXIT.usage, `${what} needs a terminal, and this is none`, { next: flag });
