/** When a question goes to whom, and when it lapses. */
import { milliseconds, type Duration } from '../activities/kit/index.ts';
import { now } from './journal.ts';
import type { Question } from './messages.ts';

/** One step of the chain: who is asked as well when those before have said nothing, and how long they have. */
export interface EscalationStep {
  readonly to: string | readonly string[];
  readonly within: Duration;
}

export interface QuestionTimes {
  /** How long those asked first have, and those asked as well by name. No limit when absent. */
  readonly within?: Duration | undefined;
  /** When whoever is named in `escalateTo` is asked as well; when absent, after `within`. */
  readonly escalateAfter?: Duration | undefined;
  /** Whoever is asked as well: names, who have `within` from then on, or steps, each with its own time. */
  readonly escalateTo?: readonly string[] | readonly EscalationStep[] | undefined;
}

/** The moments of a question that is asked now. */
export function timesOf({
  within,
  escalateAfter,
  escalateTo = [],
}: QuestionTimes): Pick<Question, 'openedAt' | 'deadline' | 'escalation'> {
  const openedAt = now();
  const first = escalateAfter ?? within;
  if (!first) return { openedAt, escalation: [] };
  let at = Date.parse(openedAt) + milliseconds(first);
  const escalation = stepsOf(escalateTo, within ?? first).map((step) => {
    const from = new Date(at).toISOString();
    at += milliseconds(step.within);
    return { at: from, to: typeof step.to === 'string' ? [step.to] : [...step.to] };
  });
  return { openedAt, escalation, ...(within && { deadline: new Date(at).toISOString() }) };
}

function stepsOf(
  escalateTo: NonNullable<QuestionTimes['escalateTo']>,
  within: Duration,
): readonly EscalationStep[] {
  const names = escalateTo.filter((step) => typeof step === 'string');
  if (names.length === 0) return escalateTo as readonly EscalationStep[];
  return [{ to: names, within }];
}
