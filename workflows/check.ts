import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  scheduleActivity,
  sleep,
  TimeoutFailure,
  type ActivityOptions,
} from '@temporalio/workflow';
import type { z } from 'zod';
import {
  milliseconds,
  type AnswerOf,
  type CheckingRead,
  type Duration,
  type OnFailure,
  type Tried,
  type Verdict,
} from '../activities/kit/index.ts';
import { run } from './current-run.ts';
import { activityType, NOT_YET } from './engine-activities.ts';
import { failureMessage } from './failure-message.ts';
import { heldAt } from './held.ts';
import { assume, hasAssumed, triedUpTo } from './trying.ts';
import { historyRoom } from './history-room.ts';

export interface CheckOptions<F extends OnFailure = OnFailure> {
  /** How long it may take to pass. */
  readonly within: Duration;
  /** What happens when it has not passed by then: `hold` when absent. */
  readonly onFailure?: F;
}

/** A person may skip a check that holds; `continue` answers the last verdict. */
type Checked<F extends OnFailure> = F extends 'continue'
  ? Tried<Verdict, Exclude<Verdict['verdict'], 'pass'>>
  : 'passed' | (F extends 'hold' ? 'skipped' : never);

/** A check with `onFailure: 'abort'` did not pass in time. Uncaught it fails the run. */
export class CheckFailed extends Error {
  override readonly name = 'CheckFailed';
}

/**
 * Waits until the answer is `pass`. A read with its input is polled by the server's activity retries, and looks at once
 * when something changes that its contract watches; a function is polled at a growing, capped interval. When it has not
 * passed in time the run holds and asks: retry, skip or abort; or throws CheckFailed (`onFailure: 'abort'`), or goes on
 * with the last verdict (`'continue'`). `unknown` never passes. It is asked once at least: when nobody could look in time,
 * since no worker was up, it looks late. Answers whether it passed; `skipped` when a person said to go on without it.
 */
export async function check<I extends z.ZodType, F extends OnFailure = 'hold'>(
  title: string,
  step: CheckingRead<I>,
  input: z.input<I>,
  options: CheckOptions<F>,
): Promise<Checked<F>>;
export async function check<F extends OnFailure = 'hold'>(
  title: string,
  ask: () => Promise<Verdict>,
  options: CheckOptions<F>,
): Promise<Checked<F>>;
export async function check(
  title: string,
  what: CheckingRead | (() => Promise<Verdict>),
  ...rest: unknown[]
): Promise<Checked<OnFailure>> {
  const isStep = 'contract' in what;
  const { within, onFailure } = rest[isStep ? 1 : 0] as CheckOptions;
  for (;;) {
    await historyRoom.ahead();
    const entry = run.journal.begin({
      kind: 'check',
      name: isStep ? what.contract.name : 'check',
      text: title,
      facts: { within },
    });
    try {
      const last = isStep
        ? await polledByServer(what, rest[0], title, within)
        : await polledHere(what, within);
      entry.end(last.verdict === 'pass' ? 'ok' : 'failed', {
        facts: { verdict: last.verdict, reason: last.reason },
      });
      const { verdict, reason } = last;
      if (verdict !== 'pass' && hasAssumed()) {
        assume(`${title} (now: ${verdict}, ${reason})`);
        return onFailure === 'continue' ? { ok: true, value: last } : 'passed';
      }
      if (verdict === 'pass') return onFailure === 'continue' ? { ok: true, value: last } : 'passed';
      if (onFailure === 'continue') return { ok: false, kind: verdict, message: reason };
      const late = `it did not pass within ${within}; last answer: ${verdict}, ${reason}`;
      if (onFailure === 'abort') throw new CheckFailed(`${title}: ${late}`);
      const error = new Error(late);
      const { answer } = await heldAt({ what: title, error, options: ['retry', 'skip', 'abort'] });
      if (answer === 'skip') return 'skipped';
    } catch (error) {
      if (!entry.entry.endedAt) entry.end(isCancellation(error) ? 'skipped' : 'failed');
      throw error;
    }
  }
}

/** Asks until it passes, for so long at most, and answers the last verdict. Holds nothing: the caller decides. */
export async function polled(title: string, ask: () => Promise<Verdict>, within: Duration): Promise<Verdict> {
  const entry = run.journal.begin({ kind: 'check', name: 'check', text: title, facts: { within } });
  try {
    const { verdict, reason } = await polledHere(ask, within);
    entry.end(verdict === 'pass' ? 'ok' : 'failed', { facts: { verdict, reason } });
    if (verdict === 'pass' || !hasAssumed()) return { verdict, reason };
    assume(`${title} (now: ${verdict}, ${reason})`);
    return { verdict: 'pass', reason: 'assumed, since nothing was changed' };
  } catch (error) {
    entry.end(isCancellation(error) ? 'skipped' : 'failed');
    throw error;
  }
}

async function polledByServer(
  step: CheckingRead,
  input: unknown,
  title: string,
  within: Duration,
): Promise<Verdict> {
  const parsed: unknown = step.contract.input.parse(input);
  const looking = (limits: Pick<ActivityOptions, 'scheduleToCloseTimeout' | 'retry'>): Promise<Verdict> =>
    scheduleActivity<Verdict>(activityType.check(step.contract.name), [parsed], {
      ...{ startToCloseTimeout: '60s', heartbeatTimeout: '20s', summary: title },
      ...limits,
    });
  const once = { maximumAttempts: 1 };
  try {
    return await looking({
      scheduleToCloseTimeout: within,
      retry: {
        ...{ initialInterval: '1s', backoffCoefficient: 1.4, maximumInterval: '15s' },
        ...(hasAssumed() && once),
      },
    }).catch((error: unknown) => {
      if (!nobodyAnswered(error)) throw error;
      return looking({ retry: once });
    });
  } catch (error) {
    if (isCancellation(error)) throw error;
    return lastVerdict(error) ?? { verdict: 'unknown', reason: failureMessage(error) };
  }
}

/** Its time was over before there was any answer, not even that of a failure. */
function nobodyAnswered(error: unknown): boolean {
  let late = false;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ApplicationFailure) return false;
    late ||= cause instanceof TimeoutFailure;
  }
  return late;
}

/** The failure of the last attempt carries the verdict that was not a pass. */
export function lastVerdict(error: unknown): Verdict | undefined {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ApplicationFailure && cause.type === NOT_YET) return cause.details?.[0] as Verdict;
    if (!(cause instanceof ActivityFailure) && !cause.cause) return undefined;
  }
  return undefined;
}

async function polledHere(ask: () => Promise<Verdict>, within: Duration): Promise<Verdict> {
  let last: Verdict = { verdict: 'unknown', reason: 'nobody has looked yet' };
  for await (const _ of growingIntervals(within)) {
    last = await ask();
    if (last.verdict === 'pass') return last;
  }
  return last;
}

/**
 * Asks until there is a value. When there is none in time the run holds and asks: retry or abort; or throws CheckFailed
 * (`onFailure: 'abort'`), or answers that there is none (`'continue'`).
 */
export async function eventually<T, F extends OnFailure = 'hold'>(
  title: string,
  ask: () => Promise<T | undefined>,
  options: CheckOptions<F>,
): Promise<AnswerOf<T, F, 'none-in-time'>>;
export async function eventually<T>(
  title: string,
  ask: () => Promise<T | undefined>,
  { within, onFailure }: CheckOptions,
): Promise<T | Tried<T, 'none-in-time'>> {
  for (;;) {
    const entry = run.journal.begin({ kind: 'wait', name: 'eventually', text: title, facts: { within } });
    try {
      for await (const _ of growingIntervals(within)) {
        const value = await ask();
        if (value === undefined) continue;
        entry.end('ok');
        return onFailure === 'continue' ? { ok: true, value } : value;
      }
      entry.end('failed');
      if (hasAssumed()) triedUpTo(`"${title}" waits for what the changes would bring about`);
      const late = `it did not happen within ${within}`;
      if (onFailure === 'continue') return { ok: false, kind: 'none-in-time', message: late };
      if (onFailure === 'abort') throw new CheckFailed(`${title}: ${late}`);
      await heldAt({ what: title, error: new Error(late), options: ['retry', 'abort'] });
    } catch (error) {
      if (!entry.entry.endedAt) entry.end(isCancellation(error) ? 'skipped' : 'failed');
      throw error;
    }
  }
}

/**
 * Yields at once, then after 1 s growing by half to at most 60 s, or a sixtieth of the time gone by where that is more: a week
 * costs some four hundred looks, not ten thousand.
 */
async function* growingIntervals(within: Duration): AsyncGenerator<void> {
  const since = Date.now();
  const until = since + milliseconds(within);
  for (let wait = 1_000; ; wait = Math.min(wait * 1.5, Math.max(60_000, (Date.now() - since) / 60))) {
    await historyRoom.ahead();
    yield;
    const left = until - Date.now();
    // What was only assumed does not come by waiting.
    if (left <= 0 || hasAssumed()) return;
    await sleep(Math.min(wait, left));
  }
}
