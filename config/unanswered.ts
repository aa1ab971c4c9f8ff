/** What becomes of a hold, or an offer to undo, that nobody answers. Plans say it themselves, where their runbook asks. */
import { z } from 'zod';
import { milliseconds, type Duration } from '../activities/kit/index.ts';

const AtLeastAMinute = z.custom<Duration>((value) => typeof value === 'string' && lengthOf(value) >= 60_000, {
  error: 'write a length of time of a minute or more, like "30 minutes"',
});

export const Unanswered = z.strictObject({
  /** Those asked are reminded after that time, and then after twice as long each time, once a day at last. */
  remindAfter: AtLeastAMinute.default('30 minutes'),
  /** Others may answer as well after that time. */
  escalateAfter: AtLeastAMinute.default('1 hour'),
  /** Roles, or people by name; nobody else is asked without it. */
  escalateTo: z
    .array(z.string().min(1), { error: 'write a list of roles, like ["platform-oncall"]' })
    .default([]),
});

function lengthOf(text: string): number {
  try {
    return milliseconds(text as Duration);
  } catch {
    return 0;
  }
}
