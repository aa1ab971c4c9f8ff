import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';

/** What went wrong with a call, in words for a person, with the step's own advice. */
export function failureMessage(error: unknown): string {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure) return 'no worker finished it in time';
  if (cause instanceof ApplicationFailure) {
    const { next } = (cause.details?.[0] ?? {}) as { next?: string };
    return next ? `${cause.message}. ${next}` : cause.message;
  }
  return cause instanceof Error ? cause.message : String(cause);
}
