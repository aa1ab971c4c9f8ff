/**
 * Tickets to a webhook: a JSON POST that carries its operation as `Idempotency-Key` (a receiver treats the same key as
 * the same request) and, where a secret is configured, `X-Nightshift-Signature: t=SECONDS,v1=HEX`, the HMAC-SHA256 of
 * `SECONDS.BODY`.
 */
import { z } from 'zod';
import { jsonOf } from '../http/json-of.ts';
import { readBody } from '../http/read-body.ts';
import { inTime, noAnswer, refusal, revealed } from '../http/sending.ts';
import { signature, SIGNATURE_HEADER } from '../http/signature.ts';
import { StepFailure, type CallContext } from '../kit/index.ts';
import { Address } from './address.ts';

export interface TicketWebhook {
  /** Asked at each message, as the secret is: the address may be one. */
  readonly url: () => string;
  /** Asked at each message: a rotated secret counts at once. */
  readonly secret?: (() => string) | undefined;
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
const Answer = z.object({ url: Address });

/** Sends it once. Answers where the ticket is, when the receiver says so (`{ "url": ... }`). Throws StepFailure. */
export async function post(
  { url, secret }: TicketWebhook,
  message: TicketMessage,
  { signal, deadline }: Pick<CallContext, 'signal' | 'deadline'>,
): Promise<string | undefined> {
  inTime({ signal, deadline });
  const body = JSON.stringify(message);
  // Read before anything is sent: what is missing here leaves no doubt whether the ticket is there.
  const address = revealed(url);
  const key = secret && revealed(secret);
  // What fetch says of a wrong address repeats it.
  if (!URL.canParse(address))
    throw new StepFailure('refused', 'what tickets.webhook.url names is no address', {
      next: 'Put an http or https address there.',
    });
  const { username, password } = new URL(address);
  if (username !== '' || password !== '')
    throw new StepFailure('refused', 'what tickets.webhook.url names carries a user or a password', {
      next: 'Put the address there without them; the receiver knows the sender by tickets.webhook.secret.',
    });
  let response: Response;
  let answer: string;
  try {
    response = await fetch(address, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
      body,
      headers: {
        'content-type': 'application/json',
        'idempotency-key': message.operation,
        ...(key !== undefined && {
          [SIGNATURE_HEADER]: signature({ secret: key, body, at: new Date(message.at) }),
        }),
      },
    });
    answer = (await readBody(response.body as AsyncIterable<Uint8Array> | null, MAX_ANSWER)) ?? '';
  } catch (cause) {
    throw noAnswer(cause, {
      ...{ system: 'the ticket webhook', writes: true },
      next: 'Sending it again is safe where the receiver keeps Idempotency-Key.',
    });
  }
  if (response.ok) return Answer.safeParse(jsonOf(answer)).data?.url;
  throw refusal(response.status, { system: 'the ticket webhook', writes: true });
}
