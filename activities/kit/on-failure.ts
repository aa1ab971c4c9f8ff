import type { FailureKind } from './failure.ts';

/** What a call does when it fails for good: ask a person (the default), throw, or answer that it failed. */
export type OnFailure = 'hold' | 'abort' | 'continue';

/**
 * Why a step did not succeed: as the step sorted it, or `no-answer` (no worker finished it in time), `not-applied` (it was
 * begun, and looking at the target shows that it was not done), `unexpected` (the step failed in a way that it does not
 * know).
 */
export type FailedKind = FailureKind | 'no-answer' | 'not-applied' | 'unexpected';

/** What `onFailure: 'continue'` answers: the value, or in which way there is none. */
export type Tried<T, K extends string = FailedKind> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly kind: K; readonly message: string };

/** What a call answers that was told so: `T` is there whenever it answers, but for `continue`. */
export type AnswerOf<T, F extends OnFailure, K extends string = FailedKind> = F extends 'continue'
  ? Tried<T, K>
  : T;
