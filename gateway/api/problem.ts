import { z } from 'zod';

/** Why a request was not done; programs switch on it, so codes are never renamed. */
export const PROBLEM_CODES = [
  'bad-request',
  'bad-input',
  'no-token',
  'bad-token',
  'bad-signature',
  'bad-certificate',
  'missing-scope',
  'not-entitled',
  'not-found',
  'no-such-runbook',
  'no-such-run',
  'no-such-question',
  'question-changed',
  'question-closed',
  'already-answered',
  'no-such-answer',
  'too-late',
  'not-counted',
  'run-is-over',
  'source-not-configured',
  'conflict',
  'too-many-requests',
  'busy',
  'ledger-away',
  'temporal-away',
  'internal',
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** The body of every answer that is not a success. */
export const Problem = z.object({
  code: z.enum(PROBLEM_CODES),
  /** What is wrong, in the reader's words, with what to do next. */
  message: z.string(),
  fields: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});
export type Problem = z.output<typeof Problem>;

export const STATUS_OF: Readonly<Record<ProblemCode, number>> = {
  'bad-request': 400,
  'bad-input': 400,
  'no-token': 401,
  'bad-token': 401,
  'bad-signature': 401,
  'bad-certificate': 401,
  'missing-scope': 403,
  'not-entitled': 403,
  'not-found': 404,
  'no-such-runbook': 404,
  'no-such-run': 404,
  'no-such-question': 404,
  'question-changed': 409,
  'question-closed': 409,
  'already-answered': 409,
  'no-such-answer': 400,
  'too-late': 410,
  'not-counted': 409,
  'run-is-over': 409,
  'source-not-configured': 404,
  conflict: 409,
  'too-many-requests': 429,
  busy: 503,
  'ledger-away': 503,
  'temporal-away': 503,
  internal: 500,
};
