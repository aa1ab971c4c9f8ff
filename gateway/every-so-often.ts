import type { Log } from './log.ts';

/** Does it again and again, never twice at once; a time that fails is logged as `failure`. Returns what ends it. */
export function everySoOften(
  o: { readonly everyMs: number; readonly log: Log; readonly failure: string },
  once: () => Promise<void>,
): () => Promise<void> {
  let round: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    round = round.then(once).catch((error: unknown) => o.log.warn({ err: error }, o.failure));
  }, o.everyMs);
  return async () => {
    clearInterval(timer);
    await round;
  };
}
