/**
 * One attempt of a check. What is true is read; where changes of what the read looks at are heard of, it waits for them
 * and reads again at once, and otherwise leaves after one read: the server tries again later.
 */
import { Context } from '@temporalio/activity';
import type { Following, Verdict } from '../../activities/kit/index.ts';
import { withContext } from './call-context.ts';

/** Half of what an attempt may take (a minute): there is room for a last read. */
const LISTEN_MS = 30_000;
/** What nobody heard of is found so often while listening: no later than by the server's polling. */
const POLL_MS = 15_000;
/** A watch that has not begun by then is not waited for. */
const BEGIN_MS = 5_000;
/** An attempt is over that much before its time, so that its last verdict is told rather than lost. */
const MARGIN_MS = 2_000;
/** Each keeps one of the worker's 100 slots for activities busy; those beyond poll. */
const MOST_LISTENING = 50;

/** Those who listen in one worker now. */
export type Listening = Set<Following>;

export async function untilPassed(o: {
  /** One read, which may take so long. */
  readonly ask: (withinMs: number) => Promise<Verdict>;
  readonly follow: () => Following | undefined;
  readonly listening: Listening;
  /** Aborted when this process is asked to stop: whoever listens leaves, and another process goes on. */
  readonly stopping?: AbortSignal | undefined;
}): Promise<{ readonly verdict: Verdict; readonly isFollowed: boolean }> {
  const { ask, listening, stopping } = o;
  const { attempt, retryPolicy, startToCloseTimeoutMs } = Context.current().info;
  const begin = Date.now();
  const limit = begin + Math.min(startToCloseTimeoutMs, leftMs()) - MARGIN_MS;
  const end = Math.min(begin + LISTEN_MS, limit);
  const isLast = end === limit;
  /** Who looks so many times does not wait in between. */
  const isCounted = (retryPolicy?.maximumAttempts ?? 0) > 0;
  // Most checks pass at once, and nothing needs to be watched for them.
  let verdict = attempt === 1 ? await ask(Infinity) : undefined;
  const polled = async () => ({ verdict: verdict ?? (await ask(Infinity)), isFollowed: false });
  if (verdict?.verdict === 'pass' || isCounted) return polled();
  if (Date.now() >= end || stopping?.aborted || listening.size >= MOST_LISTENING) return polled();
  const following = o.follow();
  if (!following) return polled();
  listening.add(following);
  try {
    return await withContext(new Date(limit), async () => {
      // Not the limit's signal: the wait ends by itself in time for a last look.
      const signal = AbortSignal.any([Context.current().cancellationSignal, ...(stopping ? [stopping] : [])]);
      const soon = AbortSignal.timeout(Math.max(0, Math.min(BEGIN_MS, end - Date.now())));
      const hears = await Promise.race([following.begun, aborted(AbortSignal.any([signal, soon]))]);
      await mayGoOn();
      if (!hears) return polled();
      for (;;) {
        // Also before the first wait: something may have happened before it was listened for.
        verdict = await ask(Math.max(MARGIN_MS, limit - Date.now()));
        if (verdict.verdict === 'pass') return { verdict, isFollowed: true };
        const withinMs = Math.min(POLL_MS, end - Date.now());
        if (withinMs <= 0) return { verdict, isFollowed: !isLast };
        const news = await following.next({ withinMs, signal });
        await mayGoOn();
        if (news === 'lost') return { verdict, isFollowed: false };
        // The next attempt begins with a read.
        if (news === 'quiet' && Date.now() >= end && !isLast) return { verdict, isFollowed: true };
      }
    });
  } finally {
    listening.delete(following);
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

/** Throws when the check was cancelled. */
async function mayGoOn(): Promise<void> {
  const { cancellationSignal, cancelled } = Context.current();
  if (cancellationSignal.aborted) await cancelled;
}

const aborted = (signal: AbortSignal): Promise<false> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(false);
    signal.addEventListener('abort', () => resolve(false), { once: true });
  });
