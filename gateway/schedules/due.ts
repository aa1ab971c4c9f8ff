import { milliseconds } from '../../activities/kit/index.ts';
import type { ScheduleRow } from '../../ledger/api.ts';
import { CATCH_UP, type ScheduleTrigger } from '../../workflows/on-schedule.ts';
import { instantsAfter } from './instants.ts';

export interface Due {
  /** The moment that is to be started now. */
  readonly at?: string | undefined;
  /** Earlier ones were missed since then. */
  readonly missedSince?: string | undefined;
  /** When to look again: the next moment, in milliseconds since 1970. */
  readonly next: number;
}

/** What of a schedule is due at `now`: of all that was missed, the last, if that is not too long ago. */
export function dueOf(trigger: ScheduleTrigger, row: ScheduleRow, now: number): Due {
  const after = decidedUntil(row);
  const oldest = now - milliseconds(trigger.catchUp ?? CATCH_UP);
  const first = instantsAfter(trigger.time, after).next().value ?? Infinity;
  let at: number | undefined;
  let next = Infinity;
  for (const instant of instantsAfter(trigger.time, Math.max(after, oldest - 1))) {
    if (instant > now) {
      next = instant;
      break;
    }
    at = instant;
  }
  if (at === undefined) return { next };
  return { at: iso(at), missedSince: first < at ? iso(first) : undefined, next };
}

/** Nothing is started for the time before it was known, decided last, or resumed. */
const decidedUntil = ({ knownSince, resumedAt, last }: ScheduleRow): number =>
  Math.max(...[knownSince, resumedAt, last?.at].map((moment) => (moment ? Date.parse(moment) : 0)));

const iso = (at: number): string => new Date(at).toISOString();
