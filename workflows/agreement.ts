/** What a run in shadow would have done, beside what was done: the words in which its record and its report say it. */
import { z } from 'zod';
import { Risk } from '../activities/kit/index.ts';

/**
 * `same`: the target came to be as the change would have left it. `other`: what justified the change was changed
 * otherwise. `nothing`: all is as it was. `unknown`: nobody can tell.
 */
export const AGREEMENTS = ['unknown', 'nothing', 'other', 'same'] as const;
export const Agreement = z.enum(AGREEMENTS);
export type Agreement = z.output<typeof Agreement>;

/** Who wrote to a target, and when, as far as its system and the ledger remember. */
export const Write = z.object({ at: z.string(), who: z.string(), what: z.string() });
export type Write = z.output<typeof Write>;

/** One look at the target of a change. */
export const Look = z.object({ agreement: Agreement, reason: z.string(), writes: z.array(Write) });
export type Look = z.output<typeof Look>;

/** A change that would have been asked for, and what was seen of its target until the alert resolved. */
export const ComparedChange = Look.extend({
  /** Its plan in the run, and its place there, from 0. */
  plan: z.number().int(),
  index: z.number().int(),
  step: z.string(),
  target: z.string(),
  summary: z.string(),
  risk: Risk,
  /** When people, or the policy, would have been asked. */
  askedAt: z.string(),
  /** When it was first seen so. */
  seenAt: z.string(),
});
export type ComparedChange = z.output<typeof ComparedChange>;

/** The name of the notes that carry a `ComparedChange` each. */
export const COMPARED = 'beside what was done';

/**
 * Of two looks the one that counts. What was done once was done, also where it was put back since; short of that the
 * later look says how things stand, also that nobody can tell any more.
 */
export function decisive<L extends Look>(earlier: L | undefined, later: L): L {
  if (earlier?.agreement === 'same') return earlier;
  return earlier?.agreement === 'other' && later.agreement !== 'same' ? earlier : later;
}

/** How many changes met each word. */
export const countAgreement = (changes: readonly Pick<Look, 'agreement'>[]): Record<Agreement, number> =>
  Object.fromEntries(
    AGREEMENTS.map((word) => [word, changes.filter(({ agreement }) => agreement === word).length]),
  ) as Record<Agreement, number>;
