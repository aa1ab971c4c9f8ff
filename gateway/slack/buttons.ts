/** Which buttons a question has in a chat. Pure. */
import { isAtLeast, type Risk } from '../../activities/kit/index.ts';
import { REFUSALS } from '../../workflows/messages.ts';

/** What there is to answer, as a message carries it. */
export interface Answerable {
  readonly kind: string;
  readonly risk?: Risk | undefined;
  readonly options: readonly string[];
}

/** The answers that a click may give: a no always; a reminder's; a yes up to the risk that the channel allows. */
export const answersByClick = (
  { kind, risk, options }: Answerable,
  approvesUpTo: Risk | undefined,
): readonly string[] =>
  options.filter((answer) => {
    if (REFUSALS.includes(answer)) return true;
    if (kind === 'reminder') return true;
    if (kind !== 'approve' || answer !== 'approve') return false;
    return risk !== undefined && approvesUpTo !== undefined && isAtLeast(approvesUpTo, risk);
  });
