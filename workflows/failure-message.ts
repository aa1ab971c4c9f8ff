import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { FAILURE_KINDS, type FailedKind, type Tried } from '../activities/kit/index.ts';

/** What went wrong with a call, in words for a person, with the step's own advice. */
export function failureMessage(error: unknown): string {
  const cause = causeOf(error);
  if (cause instanceof TimeoutFailure) return 'no worker finished it in time';
  if (cause instanceof ApplicationFailure) {
    const { next } = (cause.details?.[0] ?? {}) as { next?: string };
    return next ? `${cause.message}. ${next}` : cause.message;
  }
  return cause instanceof Error ? cause.message : String(cause);
}

/** A failed call as its runbook sees it. */
export const failed = (error: unknown): Extract<Tried<never>, { ok: false }> => ({
  ok: false,
  kind: kindOf(causeOf(error)),
  message: failureMessage(error),
});

function kindOf(cause: unknown): FailedKind {
  if (cause instanceof TimeoutFailure) return 'no-answer';
  const sorted = FAILURE_KINDS.find((kind) => cause instanceof ApplicationFailure && cause.type === kind);
  return sorted ?? 'unexpected';
}

const causeOf = (error: unknown): unknown => (error instanceof ActivityFailure ? error.cause : error);
