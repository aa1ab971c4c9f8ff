/**
 * When a schedule falls. A time of day that the clocks skip is kept at the moment at which it would have been, one that
 * they show twice at the first: a nightly start neither fails nor doubles when the clocks change. What runs all day long
 * (`*` for the hour, or `every`) goes by elapsed time instead.
 */
import { milliseconds } from '../../activities/kit/index.ts';
import { instantOf, instantsShowing, wallClockAt } from '../../config/on-call/wall-clock.ts';
import { parseCron, type Cron } from '../../workflows/cron.ts';
import type { ScheduleTime } from '../../workflows/on-schedule.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Clocks are changed by so much at most: within it, what shows earlier may come later. */
const CHANGE_MS = 3 * HOUR_MS;
/** A 29 February is at most eight years away. */
const FARTHEST_DAYS = 9 * 366;

/** The instants of a schedule after `after`, in order. Milliseconds since 1970, both ways. */
export function* instantsAfter(time: ScheduleTime, after: number): Generator<number, void> {
  if ('cron' in time) yield* cronInstants(parseCron(time.cron), time.timeZone, after);
  else {
    const every = milliseconds(time.every);
    for (let at = (Math.floor(after / every) + 1) * every; ; at += every) yield at;
  }
}

/** The next moments after `after`, as ISO 8601. */
export function nextInstants(time: ScheduleTime, after: number, count: number): string[] {
  const instants: string[] = [];
  for (const at of instantsAfter(time, after)) {
    if (instants.push(new Date(at).toISOString()) >= count) break;
  }
  return instants;
}

function* cronInstants(cron: Cron, timeZone: string, after: number): Generator<number, void> {
  let last = after;
  const waiting: number[] = [];
  for (const wallClock of wallClocks(cron, wallClockAt(after, timeZone) - CHANGE_MS)) {
    const found = cron.allDay ? instantsShowing(wallClock, timeZone) : [instantOf(wallClock, timeZone)];
    waiting.push(...found.filter((at) => at > last && !waiting.includes(at)));
    waiting.sort((a, b) => a - b);
    // Whatever is found from now on comes later than these.
    while (waiting.length > 0 && wallClockAt(waiting[0]!, timeZone) < wallClock - CHANGE_MS)
      yield (last = waiting.shift()!);
  }
  yield* waiting;
}

/** What the clocks show at each of its times, in order, from the day of `from` on. */
function* wallClocks(cron: Cron, from: number): Generator<number, void> {
  const first = Math.floor(from / DAY_MS) * DAY_MS;
  for (let day = first; day < first + FARTHEST_DAYS * DAY_MS; day += DAY_MS) {
    if (!isDayOf(cron, new Date(day))) continue;
    for (const hour of cron.hours) {
      for (const minute of cron.minutes) {
        const wallClock = day + hour * HOUR_MS + minute * MINUTE_MS;
        if (wallClock >= from) yield wallClock;
      }
    }
  }
}

function isDayOf({ days, months, weekdays, eitherDay }: Cron, day: Date): boolean {
  if (!months.includes(day.getUTCMonth() + 1)) return false;
  const [byDay, byWeekday] = [days.includes(day.getUTCDate()), weekdays.includes(day.getUTCDay())];
  return eitherDay ? byDay || byWeekday : byDay && byWeekday;
}
