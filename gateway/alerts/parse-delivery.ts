import type { z } from 'zod';
import { fieldsOf, inWords, ProblemError } from '../problem-error.ts';

/** The value in the shape of its source. Throws a ProblemError (`bad-request`) that names the wrong fields. */
export function parseDelivery<S extends z.ZodType>(
  schema: S,
  value: unknown,
  { what, prefix = '' }: { readonly what: string; readonly prefix?: string },
): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = fieldsOf(parsed.error, prefix);
  throw new ProblemError('bad-request', `this is not ${what}: ${inWords(fields)}`, {
    fields,
    cause: parsed.error,
  });
}

/** The alerts of a body that has been parsed, as they were sent. */
export const alertsAsSent = (body: unknown): readonly unknown[] =>
  (body as { readonly alerts: readonly unknown[] }).alerts;
