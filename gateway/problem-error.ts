import { type z } from 'zod';
import { STATUS_OF, type Problem, type ProblemCode } from './api/problem.ts';

/** Thrown by handlers; answered as a Problem with the code's status. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ProblemCode;
  readonly fields: Problem['fields'];

  constructor(
    code: ProblemCode,
    message: string,
    facts: { fields?: Problem['fields']; cause?: unknown } = {},
  ) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.fields = facts.fields;
  }

  get statusCode(): number {
    return STATUS_OF[this.code];
  }

  toProblem(): Problem {
    const { code, message, fields } = this;
    return fields === undefined ? { code, message } : { code, message, fields };
  }
}

/** Wrong fields by their path, as `alerts.0.labels.severity`. */
export const fieldsOf = (error: z.core.$ZodError, prefix = ''): { field: string; message: string }[] =>
  error.issues.map((issue) => ({
    field: [prefix, ...issue.path.map(String)].filter((part) => part !== '').join('.'),
    message: issue.message,
  }));

/** `a.b: wrong; c: wrong` */
export const inWords = (fields: readonly { field: string; message: string }[]): string =>
  fields.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)).join('; ');
