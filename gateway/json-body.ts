/** Reading JSON that strangers sent. */
import { ProblemError } from './problem-error.ts';

/** Parses the bytes of a request. Throws a ProblemError (`bad-request`) when they are not JSON. */
export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new ProblemError('bad-request', 'the body is not JSON; send application/json', { cause });
  }
}

/** The path of the first text that the ledger cannot keep as it is: with a NUL character or half a surrogate pair. */
export function unstorableText(value: unknown, path = 'body'): string | undefined {
  if (typeof value === 'string') {
    return value.includes('\u0000') || !value.isWellFormed() ? path : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, v] of Object.entries(value)) {
    const found = unstorableText(key, path) ?? unstorableText(v, `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
