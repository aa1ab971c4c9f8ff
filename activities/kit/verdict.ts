import { z } from 'zod';

/** The answer of a check. Missing, empty, stale or NaN data is `unknown`, and `unknown` never passes. */
export const Verdict = z.object({
  verdict: z.enum(['pass', 'fail', 'unknown']),
  /** One sentence in the reader's words, with the numbers that decided. */
  reason: z.string(),
});
export type Verdict = z.output<typeof Verdict>;
