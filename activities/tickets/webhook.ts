/**
 * Tickets to a webhook: a JSON POST that carries its operation as `Idempotency-Key` (a receiver treats the same key as
 * the same request) and, where a secret is configured, `X-Nightshift-Signature: t=SECONDS,v1=HEX`, the HMAC-SHA256 of
 * `SECONDS.BODY`.
 */
import { z } from 'zod';
import { errorCode } from '../http/error-code.ts';
import { jsonOf } from '../http/json-of.ts';
import { readBody } from '../http/read-body.ts';
import { signature, SIGNATURE_HEADER } from '../http/signature.ts';
import { StepFailure, type CallContext } from '../kit/index.ts';

export interface TicketWebhook {
  readonly url: string;
  readonly secret?: string | undefined;
}

export interface TicketMessage {
  readonly kind: 'open' | 'comment';
  readonly ticket: string;
  readonly operation: string;
  readonly at: string;
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
}

const MAX_ANSWER = 64 * 1024;
const Answer = z.object({ url: z.string().max(2000) });

/** Errors of a connection that never came up: nothing was sent. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Sends it once. Answers where the ticket is, when the receiver says so (`{ "url": ... }`). Throws StepFailure. */
export async function post(
  { url, secret }: TicketWebhook,
  message: TicketMessage,
  { signal, deadline }: Pick<CallContext, 'signal' | 'deadline'>,
): Promise<string | undefined> {
  // A process that was asleep must not send late.
  if (signal.aborted || deadline.getTime() <= Date.now())
    throw new StepFailure('retryable', 'the time for this call was over before the ticket was sent');
  const body = JSON.stringify(message);
  let response: Response;
  let answer: string;
  try {
    response = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
      body,
      headers: {
        'content-type': 'application/json',
        'idempotency-key': message.operation,
        ...(secret ? { [SIGNATURE_HEADER]: signature({ secret, body, at: new Date(message.at) }) } : {}),
      },
    });
    answer = (await readBody(response.body as AsyncIterable<Uint8Array> | null, MAX_ANSWER)) ?? '';
  } catch (cause) {
    const code = errorCode(cause);
    if (code && NOT_SENT.has(code)) {
      throw new StepFailure('retryable', `the ticket webhook cannot be reached (${code})`, {
        next: 'Look whether the receiver runs and whether the address in the configuration is right.',
        cause,
        facts: { code },
      });
    }
    throw new StepFailure('unknown-outcome', 'the ticket was sent to the webhook and no answer came', {
      next: 'Sending it again is safe where the receiver keeps Idempotency-Key.',
      cause,
    });
  }
  if (response.ok) return Answer.safeParse(jsonOf(answer)).data?.url;
  throw refusal(response.status);
}

function refusal(status: number): StepFailure {
  const facts = { status };
  const message = `the ticket webhook answered ${status}`;
  if (status === 401 || status === 403) {
    return new StepFailure('refused', message, { next: 'Look at the secret on both sides.', facts });
  }
  if (status === 429 || status === 503) return new StepFailure('retryable', message, { facts });
  return status >= 500
    ? new StepFailure('unknown-outcome', message, { facts })
    : new StepFailure('invalid', message, { next: 'Look what the receiver expects.', facts });
}
