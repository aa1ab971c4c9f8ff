/** Reading JSON that strangers sent. */
import { isTextNestedTooDeep, MAX_NESTING } from '../activities/kit/index.ts';
import { ProblemError } from './problem-error.ts';

/** Refuses JSON whose nesting would end whatever walks it with a stack overflow. Throws a ProblemError (`bad-request`). */
export function assertNotNestedTooDeep(text: string): void {
  if (isTextNestedTooDeep(text))
    throw new ProblemError('bad-request', `the body is nested deeper than ${MAX_NESTING} levels`);
}

/** Parses the bytes of a request. Throws a ProblemError (`bad-request`) when they are not JSON, or nested too deep. */
export function parseJson(bytes: Buffer): unknown {
  const text = bytes.toString('utf8');
  assertNotNestedTooDeep(text);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ProblemError('bad-request', 'the body is not JSON; send application/json', { cause });
  }
}
