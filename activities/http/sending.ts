/** What went wrong with a system that is written to, sorted once: by its status, or by how far a request came. */
import { errorCode } from './error-code.ts';
import { StepFailure, type CallContext } from '../kit/index.ts';

/** Errors of a connection that never came up: nothing was sent. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** A process that was asleep must not send late. */
export function inTime({ signal, deadline }: Pick<CallContext, 'signal' | 'deadline'>): void {
  if (signal.aborted || deadline.getTime() <= Date.now())
    throw new StepFailure('retryable', 'the time for this call was over before anything was sent');
}

/** No answer came. `next` says what to do where nobody knows whether it was done. */
export function noAnswer(
  cause: unknown,
  { system, writes, next }: { readonly system: string; readonly writes: boolean; readonly next: string },
): StepFailure {
  const code = errorCode(cause);
  if (code && NOT_SENT.has(code))
    return new StepFailure('retryable', `${system} cannot be reached (${code})`, {
      next: 'Look whether it runs and whether the address in the configuration is right.',
      cause,
      facts: { code },
    });
  return writes
    ? new StepFailure('unknown-outcome', `it was sent to ${system} and no answer came`, {
        next,
        cause,
      })
    : new StepFailure('retryable', `${system} did not answer`, { cause });
}

/** It answered with success, and with nothing that such a system says. */
export const somethingElse = (system: string, writes: boolean): StepFailure =>
  new StepFailure(
    writes ? 'unknown-outcome' : 'retryable',
    `${system} answered with something else than ${system} does`,
    {
      next: `Look whether the address in the configuration is that of ${system} and not of a page to sign in.`,
    },
  );

/** It answered, and not with success. */
export function refusal(
  status: number,
  {
    system,
    writes,
    isRateLimit = false,
  }: { readonly system: string; readonly writes: boolean; readonly isRateLimit?: boolean },
): StepFailure {
  const facts = { status };
  const message = `${system} answered ${status}`;
  if (isRateLimit || status === 429 || status === 503)
    return new StepFailure('retryable', message, { facts });
  if (status === 401 || status === 403)
    return new StepFailure('refused', message, {
      next: 'Look at the secret on both sides, and what it may do.',
      facts,
    });
  if (status >= 500) return new StepFailure(writes ? 'unknown-outcome' : 'retryable', message, { facts });
  return new StepFailure('invalid', message, { next: 'Look what the receiver expects.', facts });
}

/** A reference with nothing behind it says which it is, and what to do. */
export function revealed(secret: () => string): string {
  try {
    return secret();
  } catch (cause) {
    throw new StepFailure('refused', (cause as Error).message, { cause });
  }
}
