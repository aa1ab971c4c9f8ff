import { errorCode } from '../../activities/http/error-code.ts';
import { readBody } from '../../activities/http/read-body.ts';
import type { Telling } from './telling.ts';

/** What a channel is handed: one thing to tell, or several that came at once. */
export interface Outgoing {
  /** The same id again is the same message: receivers that keep ids drop it. */
  readonly id: string;
  readonly tellings: readonly [Telling, ...Telling[]];
  /** When it was written down. */
  readonly since: string;
  /** It may have been sent before, without an answer. */
  readonly again: boolean;
  /** Where the first message of the same run is. */
  readonly thread?: string | undefined;
}

export interface OpenChannel {
  /** It has a place of its own for each thing: it is never handed several in one message. */
  readonly single?: true;
  /** Kinds that it is never handed in a list: what it does for each of them needs a message of its own. */
  readonly alone?: readonly string[];
  /** Answers where the message is, if the channel says so. Throws a NotTold. */
  send(message: Outgoing, signal: AbortSignal): Promise<string | undefined>;
}

/** A channel did not take a message. */
export class NotTold extends Error {
  override readonly name = 'NotTold';
  /**
   * When to try again, in milliseconds, where the channel says so; `never` where trying again cannot help, `in-part` where
   * some have it, whom it would reach twice.
   */
  readonly retry: number | 'soon' | 'never' | 'in-part';

  constructor(message: string, retry: NotTold['retry'], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.retry = retry;
  }
}

const LONGEST_ANSWER = 256 * 1024;
const PATIENCE_MS = 10_000;
/** However long a channel asks to be left alone. */
const LONGEST_PAUSE_MS = 3_600_000;

interface Sending {
  readonly headers?: Record<string, string>;
  readonly signal: AbortSignal;
}

/** POSTs JSON (a text is sent as it is) and answers the body of a 2xx. Throws a NotTold that never shows the address. */
export const postJson = (url: string, body: unknown, { headers = {}, signal }: Sending): Promise<string> =>
  call(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal,
  });

/** As `postJson`, with PUT. */
export const putJson = (url: string, body: object, { headers = {}, signal }: Sending): Promise<string> =>
  call(url, {
    method: 'PUT',
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
    signal,
  });

/** Answers the body of a 2xx. Throws as `postJson` does. */
export const getJson = (url: string, { headers = {}, signal }: Sending): Promise<string> =>
  call(url, { method: 'GET', headers, signal });

async function call(url: string, request: RequestInit & { readonly signal: AbortSignal }): Promise<string> {
  assertAddress(url);
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      ...request,
      redirect: 'error',
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    text = (await readBody(response.body as AsyncIterable<Uint8Array> | null, LONGEST_ANSWER)) ?? '';
  } catch (cause) {
    throw new NotTold(`it cannot be reached: ${reasonOf(cause)}`, 'soon', cause);
  }
  if (response.ok) return text;
  // PagerDuty names the seconds by the other name.
  const after = Number(response.headers.get('retry-after') ?? response.headers.get('ratelimit-reset'));
  if (response.status === 429 || response.status === 503)
    throw new NotTold(
      `it answered ${response.status}`,
      after > 0 ? Math.min(after * 1000, LONGEST_PAUSE_MS) : 'soon',
    );
  // A token that was rotated is refused until the new one is read.
  const mayPass = response.status >= 500 || response.status === 401 || response.status === 403;
  throw new NotTold(`it answered ${response.status}`, mayPass ? 'soon' : 'never');
}

/** An address out of a secret is seen here for the first time; one that is put right there is read at the next attempt. */
function assertAddress(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed && /^https?:$/.test(parsed.protocol) && !parsed.username && !parsed.password) return;
  throw new NotTold(
    'what its url names is no address, or carries a user or a password; write an http or https address without them',
    'soon',
  );
}

const reasonOf = (cause: unknown): string =>
  errorCode(cause) ?? (cause instanceof Error ? cause.name : 'no answer');
