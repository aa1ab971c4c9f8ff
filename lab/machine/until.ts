import { setTimeout as sleep } from 'node:timers/promises';

/** Something did not come true in time; `cause` is what the last look said. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

/**
 * Looks again and again until `look` returns something other than undefined or false.
 * Errors of a look count as "not yet"; the last one becomes the cause when time is up.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  options: { within: number; every?: number; signal?: AbortSignal },
): Promise<T> {
  const end = performance.now() + options.within;
  let cause: unknown;
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > end) {
      const said = cause instanceof Error ? `; the last look said: ${cause.message}` : '';
      throw new TimedOut(`waited ${options.within / 1000} s and it did not happen: ${what}${said}`, {
        cause,
      });
    }
    await sleep(options.every ?? 100, undefined, { signal: options.signal });
  }
}
