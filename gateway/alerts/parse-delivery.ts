import type { z } from 'zod';
import { shortened } from '../../activities/kit/shortened.ts';
import { fieldsOf, inWords, ProblemError } from '../problem-error.ts';

/** What is answered and logged of wrong alerts, in fields and in characters: a sender's own words may be megabytes. */
const MOST_FIELDS = { each: 20, together: 100 };
const LONGEST = { field: 200, message: 500 };

/** The value in the shape of its source. Throws a ProblemError (`bad-request`) that names the first wrong fields. */
export function parseDelivery<S extends z.ZodType>(
  schema: S,
  value: unknown,
  { what, prefix = '' }: { readonly what: string; readonly prefix?: string },
): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = fieldsOf(parsed.error, prefix)
    .slice(0, MOST_FIELDS.each)
    .map(({ field, message }) => ({
      field: shortened(field, LONGEST.field),
      message: shortened(message, LONGEST.message),
    }));
  throw new ProblemError(
    'bad-request',
    shortened(`this is not ${what}: ${inWords(fields)}`, LONGEST.message),
    { fields, cause: parsed.error },
  );
}

/** An alert of a delivery that is not in the shape of its source; `index` is its place among those that came with it. */
export interface Misshapen {
  readonly index: number;
  readonly message: string;
  readonly fields: readonly { readonly field: string; readonly message: string }[];
}

/** All alerts of a delivery are wrong. */
export class NoneRight extends ProblemError {
  readonly refused: readonly Misshapen[];

  constructor(refused: readonly Misshapen[], first: ProblemError) {
    const more = refused.length - 1;
    super(first.code, more > 0 ? `${first.message}; and ${more} more` : first.message, {
      fields: refused.flatMap(({ fields }) => fields).slice(0, MOST_FIELDS.together),
      cause: first,
    });
    this.refused = refused;
  }
}

/**
 * Reads the alerts of one delivery, each for itself: senders repeat no 4xx, so a wrong one must not cost the others.
 * Throws a NoneRight (`bad-request`) that names the first wrong fields where all are wrong.
 */
export function readEach<T, Read>(
  written: readonly T[],
  read: (one: T, index: number) => Read,
): { readonly alerts: Read[]; readonly refused: readonly Misshapen[] } {
  const alerts: Read[] = [];
  const refused: Misshapen[] = [];
  let cause: ProblemError | undefined;
  for (const [index, one] of written.entries()) {
    try {
      alerts.push(read(one, index));
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      cause ??= error;
      refused.push({ index, message: error.message, fields: error.fields ?? [] });
    }
  }
  if (alerts.length > 0 || cause === undefined) return { alerts, refused };
  throw new NoneRight(refused, cause);
}
