import { afterEach, expect, jest, test } from '@jest/globals';
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import type { Following, Verdict } from '../../../activities/kit/index.ts';
import { untilPassed, type Listening } from '../../../worker/activities/until-passed.ts';

const NO: Verdict = { verdict: 'fail', reason: 'not yet' };
const YES: Verdict = { verdict: 'pass', reason: 'it is' };
type Next = Following['next'];

afterEach(() => void jest.restoreAllMocks());

/** An attempt of a check that is answered so, with news as given. */
function attempt(o: {
  answers: Verdict[];
  begun?: boolean;
  next?: Next;
  listening?: Listening;
  stopping?: AbortSignal;
  info?: object;
}) {
  const seen = { asked: 0, followed: 0, ended: 0 };
  const listening: Listening = o.listening ?? new Set();
  const limits = { startToCloseTimeoutMs: 60_000, scheduleToCloseTimeoutMs: 600_000 };
  const since = { scheduledTimestampMs: 0, currentAttemptScheduledTimestampMs: 0 };
  const info = { attempt: 2, ...limits, ...since, ...o.info };
  const cancel = new AbortController();
  const cancelled = new Promise<never>((_, reject) => {
    cancel.signal.addEventListener('abort', () => reject(new Error('CANCELLED')));
  });
  cancelled.catch(() => undefined);
  const { signal: cancellationSignal } = cancel;
  const activity = { info, cancellationSignal, cancelled, heartbeat: () => undefined };
  const result = asyncLocalStorage.run(activity as unknown as Context, () =>
    untilPassed({
      ask: async () => o.answers[Math.min(seen.asked++, o.answers.length - 1)]!,
      follow: () => {
        seen.followed++;
        return {
          begun: Promise.resolve(o.begun ?? true),
          next: o.next ?? (async () => 'changed'),
          end: () => void seen.ended++,
        };
      },
      listening,
      stopping: o.stopping,
    }),
  );
  return { result, seen, listening, cancel: () => cancel.abort() };
}

test('what passes at the first look is not listened for', async () => {
  const { result, seen } = attempt({ answers: [YES], info: { attempt: 1 } });
  expect(await result).toEqual({ verdict: YES, isFollowed: false });
  expect(seen).toEqual({ asked: 1, followed: 0, ended: 0 });
});

test('it looks again when it has begun to listen, and after each change', async () => {
  const { result, seen, listening } = attempt({ answers: [NO, NO, NO, YES], info: { attempt: 1 } });
  expect(await result).toEqual({ verdict: YES, isFollowed: true });
  expect(seen).toEqual({ asked: 4, followed: 1, ended: 1 });
  expect(listening.size).toBe(0);
});

test('an attempt that goes on listening begins with that, and looks once', async () => {
  const { result, seen } = attempt({ answers: [YES] });
  expect(await result).toEqual({ verdict: YES, isFollowed: true });
  expect(seen).toEqual({ asked: 1, followed: 1, ended: 1 });
});

test('it leaves to be polled where nothing is heard, where it is lost, and where too many listen', async () => {
  const silent = attempt({ answers: [NO], begun: false });
  const lost = attempt({ answers: [NO], next: async () => 'lost' });
  const many = attempt({
    answers: [NO],
    listening: new Set(Array.from({ length: 50 }, () => ({}) as Following)),
  });
  for (const { result, seen } of [silent, lost, many]) {
    expect(await result).toEqual({ verdict: NO, isFollowed: false });
    expect(seen.asked).toBe(1);
    expect(seen.ended).toBe(seen.followed);
  }
  expect(many.seen.followed).toBe(0);
});

test('what is asked so many times, and what has no time left, does not listen', async () => {
  const once = attempt({ answers: [NO], info: { attempt: 1, retryPolicy: { maximumAttempts: 1 } } });
  const thrice = attempt({ answers: [NO], info: { retryPolicy: { maximumAttempts: 3 } } });
  const late = attempt({
    answers: [NO],
    info: {
      scheduleToCloseTimeoutMs: 60_000,
      scheduledTimestampMs: 0,
      currentAttemptScheduledTimestampMs: 59_000,
    },
  });
  for (const { result, seen } of [once, thrice, late]) {
    expect(await result).toEqual({ verdict: NO, isFollowed: false });
    expect(seen).toEqual({ asked: 1, followed: 0, ended: 0 });
  }
});

test('while it is quiet it looks as often as where it is polled, and goes on listening in the next attempt', async () => {
  let now = Date.now();
  jest.spyOn(Date, 'now').mockImplementation(() => now);
  const next: Next = async ({ withinMs }) => {
    now += withinMs;
    return 'quiet';
  };
  const { result, seen } = attempt({ answers: [NO], next });
  expect(await result).toEqual({ verdict: NO, isFollowed: true });
  // At once and after 15 s; after 30 s the next attempt does.
  expect(seen).toEqual({ asked: 2, followed: 1, ended: 1 });

  const info = { scheduledTimestampMs: 0, currentAttemptScheduledTimestampMs: 590_000 };
  const last = attempt({ answers: [NO], next, info });
  expect(await last.result).toEqual({ verdict: NO, isFollowed: false });
  // There is no next one: it looks once more before its time is over.
  expect(last.seen).toEqual({ asked: 2, followed: 1, ended: 1 });
});

const waits: Next = ({ signal }) =>
  new Promise((resolve) => {
    if (signal.aborted) resolve('lost');
    signal.addEventListener('abort', () => resolve('lost'));
  });

test('the end of its time does not cut the wait before the last look', async () => {
  let now = Date.now();
  jest.spyOn(Date, 'now').mockImplementation(() => now);
  // By the machine's clock the time is over long before this answers.
  const next: Next = async ({ withinMs, signal }) => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    now += withinMs;
    return signal.aborted ? 'lost' : 'quiet';
  };
  const { result, seen } = attempt({ answers: [NO, YES], next, info: { scheduleToCloseTimeoutMs: 2_010 } });
  expect(await result).toEqual({ verdict: YES, isFollowed: true });
  expect(seen.asked).toBe(2);
});

test('it leaves when the process stops', async () => {
  const stopping = new AbortController();
  const { result, seen } = attempt({ answers: [NO], next: waits, stopping: stopping.signal });
  stopping.abort();
  expect(await result).toEqual({ verdict: NO, isFollowed: false });
  expect(seen.ended).toBe(seen.followed);
});

test('it ends when it is cancelled', async () => {
  const { result, seen, cancel } = attempt({ answers: [NO], next: waits });
  cancel();
  await expect(result).rejects.toThrow('CANCELLED');
  expect(seen.ended).toBe(1);
});
