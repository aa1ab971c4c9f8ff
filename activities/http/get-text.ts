/**
 * One GET to a system that answers questions (Prometheus, Loki, Jaeger, PagerDuty), with a time limit and a limit on bytes. Why
 * there was no usable answer is sorted here and nowhere else.
 */
import { StepFailure } from '../kit/index.ts';
import { readBody } from './read-body.ts';

export interface Connection {
  /** Of the server, without the path of its API: `http://127.0.0.1:9090`. */
  readonly url: string;
  /** Asked for at every call, so that a rotated token counts at once. */
  readonly token?: (() => string) | undefined;
  /** What stands before the token; `Bearer ` when absent. */
  readonly scheme?: string | undefined;
  /** Sent along, such as the tenant. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Limit of one request; 4 seconds when absent. */
  readonly timeoutMs?: number | undefined;
}

export interface Question {
  /** The system's name, for messages. */
  readonly system: string;
  readonly connection: Connection;
  /** With its leading slash. */
  readonly path: string;
  /** As URLSearchParams where one is given several times. */
  readonly params: Readonly<Record<string, string>> | URLSearchParams;
  readonly signal: AbortSignal;
}

export interface TextAnswer {
  /** Below 500, and neither 401, 403 nor 429. */
  readonly status: number;
  readonly body: string;
}

const MAX_BYTES = 8 * 1024 * 1024;

/**
 * Asks. Throws StepFailure: `retryable` when there is no answer (429 and 5xx too), `refused` when the credentials are, and
 * `invalid` when the answer is longer than a step may take. `says` takes the reason out of a body.
 */
export async function getText(
  question: Question,
  says: (body: string) => string | undefined,
): Promise<TextAnswer> {
  const { system, connection, signal } = question;
  const { url, timeoutMs = 4_000 } = connection;
  const address = new URL(`${url.replace(/\/$/, '')}${question.path}`);
  address.search = new URLSearchParams(question.params).toString();
  const sent = credentialsOf(connection, system);
  const headers = headersOf(connection, sent);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const response = await fetch(address, { signal: limit, redirect: 'error', headers });
    const text = await boundedText(response, `${system} at ${url}`);
    // A proxy that refuses may say back what it was sent; whoever shortens that leaves a part of the token.
    const body = response.ok || !sent ? text : text.replaceAll(sent, '[credentials]');
    return usable({ status: response.status, body }, { name: `${system} at ${url}`, url, says });
  } catch (cause) {
    if (cause instanceof StepFailure) throw cause;
    if (signal.aborted) throw cause;
    const why = limit.aborted
      ? `did not answer within ${timeoutMs} ms`
      : `cannot be reached: ${reasonOf(cause)}`;
    throw new StepFailure('retryable', `${system} at ${url} ${why}`, {
      next: 'Look whether it runs and whether the address in the configuration is right.',
      cause,
      facts: { url },
    });
  }
}

/** The token, or nothing where none is configured. */
function credentialsOf({ token }: Connection, system: string): string | undefined {
  try {
    return token?.();
  } catch (cause) {
    // A secret's own error names where it should be, never what it is.
    throw new StepFailure('invalid', `the token of ${system} cannot be read: ${(cause as Error).message}`, {
      next: 'Put it there, or correct the reference in the configuration.',
    });
  }
}

const headersOf = (
  { scheme = 'Bearer ', headers }: Connection,
  credentials: string | undefined,
): Record<string, string> => ({
  accept: 'application/json',
  ...headers,
  ...(credentials !== undefined && { authorization: `${scheme}${credentials}` }),
});

function usable(
  answer: TextAnswer,
  { name, url, says }: { name: string; url: string; says: (body: string) => string | undefined },
): TextAnswer {
  const { status, body } = answer;
  const facts = { url, status };
  const reason = says(body);
  const because = reason ? `: ${reason}` : '';
  if (status === 401 || status === 403) {
    throw new StepFailure('refused', `${name} refuses the credentials (${status})${because}`, {
      next: 'Look at the token in the configuration.',
      facts,
    });
  }
  if (status === 429 || status >= 500) {
    throw new StepFailure('retryable', `${name} answered ${status}${because}`, { facts });
  }
  return answer;
}

async function boundedText(response: Response, name: string): Promise<string> {
  const text = await readBody(response.body as AsyncIterable<Uint8Array> | null, MAX_BYTES);
  if (text !== undefined) return text;
  throw new StepFailure('invalid', `${name} answered more than ${MAX_BYTES / 1024 / 1024} MiB`, {
    next: 'Ask for less: a shorter time, a narrower selection.',
  });
}

/** fetch says "fetch failed" and hides why in the cause. */
function reasonOf(error: unknown): string {
  const { cause = error } = error as { cause?: unknown };
  const { message, code, name } = cause as { message?: string; code?: string; name?: string };
  return message || code || name || String(cause);
}
