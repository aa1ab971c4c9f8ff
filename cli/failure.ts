import { ConfigError } from '../config/index.ts';
import { ApiError } from '../gateway/api-client.ts';
import { LabNotUp } from '../lab/index.ts';
import { LedgerRefused, LedgerUnavailable } from '../ledger/errors.ts';
import { clean } from './render/clean.ts';
import { EXIT, meaningOf, type ExitCode } from './exit-code.ts';

/** Why a command did not do what it was asked for: what happened, what to do next, with which code it ends. */
export class CliFailure extends Error {
  override readonly name = 'CliFailure';
  readonly exitCode: ExitCode;
  readonly next: string | undefined;

  constructor(exitCode: ExitCode, message: string, facts: { next?: string; cause?: unknown } = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.exitCode = exitCode;
    this.next = facts.next;
  }
}

const EXIT_OF: Readonly<Record<ApiError['code'], ExitCode>> = {
  'bad-request': EXIT.usage,
  'bad-input': EXIT.usage,
  'no-token': EXIT.refused,
  'bad-token': EXIT.refused,
  'bad-signature': EXIT.refused,
  'bad-certificate': EXIT.refused,
  'missing-scope': EXIT.refused,
  'not-entitled': EXIT.refused,
  'not-found': EXIT.notFound,
  'no-such-runbook': EXIT.notFound,
  'no-such-run': EXIT.notFound,
  'no-such-question': EXIT.notFound,
  'question-changed': EXIT.refused,
  'question-closed': EXIT.refused,
  'already-answered': EXIT.refused,
  'no-such-answer': EXIT.usage,
  'too-late': EXIT.refused,
  'not-counted': EXIT.refused,
  'run-is-over': EXIT.refused,
  conflict: EXIT.refused,
  busy: EXIT.unreachable,
  'source-not-configured': EXIT.notFound,
  'too-many-requests': EXIT.unreachable,
  'ledger-away': EXIT.unreachable,
  'temporal-away': EXIT.unreachable,
  internal: EXIT.failed,
  unreachable: EXIT.unreachable,
};

const NEXT: Partial<Record<ApiError['code'], string>> = {
  'no-token': 'set NIGHTSHIFT_TOKEN to a token of yours; "nightshift token create" makes one',
  'bad-token': 'the token has expired or was revoked; ask an administrator for "nightshift token create"',
  'missing-scope': 'use a token with that scope; "nightshift doctor" shows what yours may do',
  'no-such-run': '"nightshift runs" lists them',
  'no-such-runbook': '"nightshift runbooks" lists them',
  'no-such-question': '"nightshift questions" lists the open ones',
  'question-closed': '"nightshift show RUN" tells how it was answered',
  'question-changed': 'read the new question with "nightshift questions" and answer that',
  'ledger-away': '"nightshift doctor" looks at PostgreSQL',
  'temporal-away': '"nightshift doctor" looks at Temporal; decisions are kept and delivered later',
  'too-many-requests': 'wait a minute and try again',
  unreachable: '"nightshift doctor" finds out what does not answer',
};

/** Errors of the libraries that say themselves what to do next. */
const KNOWN = [
  [LabNotUp, EXIT.notFound],
  [ConfigError, EXIT.usage],
  [LedgerUnavailable, EXIT.unreachable],
  [LedgerRefused, EXIT.refused],
] as const;

/** Any error as one that a person can act on. */
export function toFailure(error: unknown): CliFailure {
  if (error instanceof CliFailure) return error;
  if (error instanceof ApiError) {
    const fields = error.fields.map(({ field, message }) => `\n  ${field || '(input)'}: ${message}`).join('');
    const next = NEXT[error.code];
    return new CliFailure(EXIT_OF[error.code], error.message + fields, {
      cause: error,
      ...(next && !error.message.includes(next) ? { next } : {}),
    });
  }
  if (error instanceof Error && error.name === 'AbortError')
    return new CliFailure(EXIT.interrupted, 'interrupted');
  const message = error instanceof Error ? error.message : String(error);
  for (const [kind, code] of KNOWN) {
    if (error instanceof kind) return new CliFailure(code, message, { cause: error });
  }
  return new CliFailure(EXIT.failed, message, { cause: error });
}

/** The lines for standard error: what happened, what to do next, the exit code. */
export function renderFailure({ message, next, exitCode }: CliFailure): string {
  return [
    `nightshift: ${clean(message)}`,
    ...(next ? [`  next: ${clean(next)}`] : []),
    `  exit code ${exitCode} (${meaningOf(exitCode)})`,
    '',
  ].join('\n');
}
