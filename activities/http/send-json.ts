import type { z } from 'zod';
import type { CallContext } from '../kit/index.ts';
import { jsonOf } from './json-of.ts';
import { readBody } from './read-body.ts';
import { inTime, noAnswer, refusal, revealed, somethingElse } from './sending.ts';

export interface JsonCall {
  /** For messages. */
  readonly system: string;
  readonly url: string;
  /** Asked at each call: a rotated token counts at once. Absent where a system asks for none. */
  readonly authorization?: (() => string) | undefined;
  /** It is posted; without it the call only asks, or deletes. */
  readonly body?: object | undefined;
  /** What `url` names is deleted; there is no body then. */
  readonly method?: 'DELETE' | undefined;
  /** What to do where nobody knows whether what was posted arrived. */
  readonly next: string;
  readonly context: Pick<CallContext, 'signal' | 'deadline'>;
}

const PATIENCE_MS = 10_000;
const LONGEST_ANSWER = 8 * 1024 * 1024;

/** One call to a system that speaks JSON, once, and what of its answer counts. Throws StepFailure, of which `facts` has the status. */
export async function sendJson<S extends z.ZodType>(answer: S, call: JsonCall): Promise<z.output<S>> {
  const { system, url, body, method = body === undefined ? 'GET' : 'POST', next, context } = call;
  inTime(context);
  // Read before anything is sent: what is missing here leaves no doubt about what was done.
  const authorization = call.authorization && revealed(call.authorization);
  const writes = method !== 'GET';
  let text: string;
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      redirect: 'error',
      signal: AbortSignal.any([context.signal, AbortSignal.timeout(PATIENCE_MS)]),
      headers: {
        accept: 'application/json',
        ...(authorization !== undefined && { authorization }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    text = (await readBody(response.body as AsyncIterable<Uint8Array> | null, LONGEST_ANSWER)) ?? '';
  } catch (cause) {
    throw noAnswer(cause, { system, writes, next });
  }
  if (!response.ok) throw refusal(response.status, { system, writes });
  const parsed = answer.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw somethingElse(system, writes);
}
