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
/** The check is over that much before its time, so that its last verdict is told rather than lost. */
const MARGIN_MS = 2_000;

export async function untilPassed(
  ask: () => Promise<Verdict>,
  follow: () => Following | undefined,
): Promise<{ readonly verdict: Verdict; readonly isFollowed: boolean }> {
  const last = Date.now() + leftMs() - MARGIN_MS;
  const end = Math.min(Date.now() + LISTEN_MS, last);
  let verdict = await ask();
  if (verdict.verdict === 'pass' || Date.now() >= end) return { verdict, isFollowed: false };
  const following = follow();
  if (!following) return { verdict, isFollowed: false };
  try {
    return await withContext(inMs(Math.max(0, end - Date.now()) + POLL_MS), async ({ signal }) => {
      if (!(await Promise.race([following.begun, aborted(signal)]))) return { verdict, isFollowed: false };
      // Something may have happened before it was listened for.
      verdict = await ask();
      while (verdict.verdict !== 'pass') {
        const withinMs = Math.min(POLL_MS, end - Date.now());
        if (withinMs <= 0) return { verdict, isFollowed: end < last };
        const news = await following.next({ withinMs, signal });
        const { cancellationSignal, cancelled } = Context.current();
        if (cancellationSignal.aborted) await cancelled;
        if (news === 'lost') return { verdict, isFollowed: false };
        verdict = await ask();
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
