/** Every error that a request can end with, as a Problem in the reader's words. */
import type { FastifyError, FastifyInstance } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { LedgerRefused, LedgerUnavailable } from '../ledger/errors.ts';
import type { ProblemCode } from './api/problem.ts';
import { inWords, ProblemError } from './problem-error.ts';
import { TemporalAway } from './temporal-failure.ts';

export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler(async (error, request, reply) => {
    const problem = problemOf(error);
    if (problem.statusCode >= 500) request.log.error({ err: error }, problem.message);
    if (problem.statusCode === 401) reply.header('www-authenticate', 'Bearer realm="nightshift"');
    return reply.code(problem.statusCode).send(problem.toProblem());
  });
  app.setNotFoundHandler(async (request, reply) =>
    reply
      .code(404)
      .send(new ProblemError('not-found', `there is no ${request.method} ${request.url}`).toProblem()),
  );
}

function problemOf(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof LedgerUnavailable) {
    return new ProblemError('ledger-away', 'the ledger (PostgreSQL) does not answer; try again', {
      cause: error,
    });
  }
  if (error instanceof LedgerRefused) return new ProblemError('conflict', error.message, { cause: error });
  if (error instanceof TemporalAway) {
    return new ProblemError('temporal-away', `${error.message}; try again`, { cause: error });
  }
  if (hasZodFastifySchemaValidationErrors(error)) return wrongFields(error);
  const { statusCode = 500, message } = error as FastifyError;
  if (statusCode >= 400 && statusCode < 500) return new HttpProblem(statusCode, message, error);
  return new ProblemError('internal', 'something broke inside the gateway; its log says what', {
    cause: error,
  });
}

/** What the HTTP layer refused by itself: a body too large, an unknown content type, broken JSON. */
class HttpProblem extends ProblemError {
  readonly #status: number;

  constructor(status: number, message: string, cause: unknown) {
    const code: ProblemCode = status === 404 ? 'not-found' : 'bad-request';
    super(code, message, { cause });
    this.#status = status;
  }

  override get statusCode(): number {
    return this.#status;
  }
}

type Invalid = { validationContext?: string; validation: { instancePath: string; message?: string }[] };

function wrongFields(error: unknown): ProblemError {
  const { validationContext = 'body', validation } = error as Invalid;
  const fields = validation.map(({ instancePath, message }) => ({
    field: [validationContext, ...instancePath.split('/').filter((part) => part !== '')].join('.'),
    message: message ?? 'is wrong',
  }));
  return new ProblemError('bad-request', inWords(fields), { fields, cause: error });
}
