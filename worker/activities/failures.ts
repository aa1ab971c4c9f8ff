import { ApplicationFailure } from '@temporalio/activity';
import { StepFailure } from '../../activities/kit/index.ts';

/** A StepFailure becomes Temporal's: its kind is the type, its advice and facts are the details. Others pass as they are. */
export function asActivityFailure(error: unknown): unknown {
  if (!(error instanceof StepFailure)) return error;
  const { kind, message, next, facts, cause } = error;
  return ApplicationFailure.create({
    message,
    type: kind,
    nonRetryable: kind !== 'retryable',
    details: [{ next, facts }],
    ...(cause instanceof Error ? { cause: new Error(cause.message) } : {}),
  });
}

/** A definite failure as the engine's answer; anything that is not a StepFailure is a bug or a crash and is thrown on. */
export function definiteFailure(
  error: unknown,
): { state: 'failed'; kind: StepFailure['kind']; message: string; next?: string | undefined } | undefined {
  if (!(error instanceof StepFailure) || error.kind === 'unknown-outcome') return undefined;
  return { state: 'failed', kind: error.kind, message: error.message, next: error.next };
}
