/**
 * Why a call to the outside failed. Sorted once, where the system is called:
 * - `retryable`: nothing was changed and trying again may help (429, 5xx on a read, connection refused before anything was sent);
 * - `conflict`: a precondition no longer holds; nothing was changed;
 * - `refused`: the system said no (403, PodDisruptionBudget); nothing was changed;
 * - `invalid`: the request can never succeed as it is (404 of a named thing, 422, a bad address);
 * - `unknown-outcome`: a change was sent and no answer came: it may or may not have happened.
 */
export const FAILURE_KINDS = ['retryable', 'conflict', 'refused', 'invalid', 'unknown-outcome'] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

export interface FailureFacts {
  /** What the reader can do next, as a sentence. */
  next?: string;
  cause?: unknown;
  /** Small, JSON-representable, free of secrets: status code, host, object. */
  facts?: Readonly<Record<string, string | number | boolean | null>>;
}

/** A failure of a step, in the reader's words. The engine turns it into Temporal's failures; steps throw nothing else on purpose. */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';
  readonly kind: FailureKind;
  readonly next: string | undefined;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;

  constructor(kind: FailureKind, message: string, { next, cause, facts = {} }: FailureFacts = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.next = next;
    this.facts = facts;
  }
}
