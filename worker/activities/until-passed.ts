/**
 * One attempt of a check. What is true is read; where changes of what the read looks at are heard of, it waits for them
 * and reads again at once, and otherwise leaves after one read: the server tries again later.
 */
import { Context } from '@temporalio/activity';
import type { Following, Verdict } from '../../activities/kit/index.ts';
import { inMs, withContext } from './call-context.ts';

/** Below the limit of an attempt (a minute), with room for a last read. */
const LISTEN_MS = 40_000;
/** What nobody heard of is found so often while listening. */
const POLL_MS = 30_000;
/** A watch that has not begun by then is not waited for. */
const BEGIN_MS = 5_000;
/** An attempt is over that much before its time, so that its last verdict is told rather than lost. */
const MARGIN_MS = 2_000;

export async function untilPassed(o: {
  /** One read, which may take so long. */
  readonly ask: (withinMs: number) => Promise<Verdict>;
  readonly follow: () => Following | undefined;
  /** Aborted when this process is asked to stop: whoever listens leaves, and another process goes on. */
  readonly stopping?: AbortSignal | undefined;
}): Promise<{ readonly verdict: Verdict; readonly isFollowed: boolean }> {
  const { ask, stopping } = o;
  const { startToCloseTimeoutMs, retryPolicy } = Context.current().info;
  const attempt = Date.now() + startToCloseTimeoutMs - MARGIN_MS;
  const last = Date.now() + leftMs() - MARGIN_MS;
  const end = Math.min(Date.now() + LISTEN_MS, attempt, last);
  let verdict = await ask(Infinity);
  const polled = () => ({ verdict, isFollowed: false });
  if (verdict.verdict === 'pass' || retryPolicy?.maximumAttempts === 1) return polled();
  if (Date.now() >= end || stopping?.aborted) return polled();
  const following = o.follow();
  if (!following) return polled();
  try {
    return await withContext(new Date(Math.min(attempt, last)), async (context) => {
      const signal = AbortSignal.any([context.signal, ...(stopping ? [stopping] : [])]);
      const late = AbortSignal.any([signal, AbortSignal.timeout(BEGIN_MS)]);
      if (!(await Promise.race([following.begun, aborted(late)]))) return polled();
      // Something may have happened before it was listened for.
      verdict = await ask(attempt - Date.now());
      while (verdict.verdict !== 'pass') {
        const withinMs = Math.min(POLL_MS, end - Date.now());
        if (withinMs <= 0) return { verdict, isFollowed: end < last };
        const news = await following.next({ withinMs, signal });
        const { cancellationSignal, cancelled } = Context.current();
        if (cancellationSignal.aborted) await cancelled;
        if (news === 'lost') return polled();
        verdict = await ask(attempt - Date.now());
      }
      return { verdict, isFollowed: true };
    });
  } finally {
    following.end();
  }
}

/** How much of the check's own time is left, by the server's clock when this attempt began. */
function leftMs(): number {
  const { scheduleToCloseTimeoutMs, scheduledTimestampMs, currentAttemptScheduledTimestampMs } =
    Context.current().info;
  if (!scheduleToCloseTimeoutMs) return Infinity;
  return scheduleToCloseTimeoutMs - (currentAttemptScheduledTimestampMs - scheduledTimestampMs);
}

const aborted = (signal: AbortSignal): Promise<false> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(false);
    signal.addEventListener('abort', () => resolve(false), { once: true });
  });
