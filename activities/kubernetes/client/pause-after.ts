import { StepFailure } from '../../kit/index.ts';

const ATTEMPTS = 4;
const SHORTEST_MS = 1_000;
/** Kept of the call's time for the answer. */
const FOR_THE_ANSWER_MS = 500;

/**
 * How many milliseconds to wait before the same request is sent again; undefined for a failure that is the caller's. Only
 * where the server itself said that it did nothing and to come back: 429 of its priority and fairness for every request,
 * 503 with Retry-After for one that changes nothing. As long as it says and up to half as long again, so that those who
 * were sent away together do not come back together. Never beyond the call's deadline. All else is tried again by
 * whoever knows what the call is for.
 */
export function pauseAfter(
  error: unknown,
  o: { readonly attempt: number; readonly writes: boolean; readonly deadline: Date },
): number | undefined {
  if (!(error instanceof StepFailure) || error.kind !== 'retryable' || o.attempt >= ATTEMPTS)
    return undefined;
  const { status, retryAfterSeconds } = error.facts;
  const comeBack = status === 429 || (status === 503 && !o.writes && retryAfterSeconds !== undefined);
  if (!comeBack) return undefined;
  const asked = Math.max(SHORTEST_MS, Number(retryAfterSeconds ?? 0) * 1_000);
  const pause = asked * (1 + Math.random() / 2);
  return Date.now() + pause + FOR_THE_ANSWER_MS < o.deadline.getTime() ? pause : undefined;
}
