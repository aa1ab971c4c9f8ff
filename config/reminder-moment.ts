/** The moment that the words of a reminder mean: by the clocks of whoever is reminded, on the days on which they work. Pure. */
import { parseReminderTime, type ParsedReminderTime } from '../workflows/reminder-time.ts';
import type { Authority } from './authority.ts';
import { isWorkingDay, type BusinessHours } from './business-hours.ts';
import { instantOf, wallClockAt } from './on-call/wall-clock.ts';

export interface ReminderClock {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The role or person who is reminded. */
  readonly to: string;
  readonly authority: Authority;
  /** Working days and holidays; Monday to Friday without them. */
  readonly businessHours?: BusinessHours | undefined;
}

const DAY_MS = 86_400_000;
/** Ninety-nine working days, with holidays between them. */
const FARTHEST_DAYS = 400;

/**
 * The first such time that is still to come: at 02:47 of a Tuesday "next working day 09:30" is that Tuesday, at 10:00 it is
 * Wednesday. Answers milliseconds since 1970. Throws a RangeError where the words are none, or mean no moment to come.
 */
export function reminderMoment(words: string, clock: ReminderClock): number {
  const parsed = parseReminderTime(words);
  if ('waitMs' in parsed) return clock.now + parsed.waitMs;
  const timeZone = parsed.timeZone ?? timeZoneOf(clock);
  const today = Math.floor(wallClockAt(clock.now, timeZone) / DAY_MS) * DAY_MS;
  let left = 'working' in parsed.day ? parsed.day.working : 1;
  for (let ahead = 0; ahead < FARTHEST_DAYS; ahead++) {
    const day = today + ahead * DAY_MS;
    if (!isDayOf(parsed.day, { day, ahead, hours: clock.businessHours })) continue;
    const at = instantOf(day + minutesOf(parsed.time) * 60_000, timeZone);
    if (at > clock.now && --left === 0) return at;
  }
  throw new RangeError(`"${words}": there is no such time within ${FARTHEST_DAYS} days from now`);
}

/** When something that was to be asked then is asked again, where somebody says "not today": the same time, a working day on. */
export function postponedMoment(words: string, clock: ReminderClock): number {
  const parsed = parseReminderTime(words);
  const time = 'waitMs' in parsed ? (clock.businessHours?.from ?? '09:00') : parsed.time;
  const zone = 'waitMs' in parsed ? undefined : parsed.timeZone;
  return reminderMoment(['next working day', time, ...(zone === undefined ? [] : [zone])].join(' '), clock);
}

/** Where somebody is: as the configuration says of the person, of the role's schedule, or of the deployment's hours. */
function timeZoneOf({ to, authority: { people, schedules }, businessHours }: ReminderClock): string {
  const own = Object.hasOwn(people, to) ? people[to]?.timeZone : undefined;
  return own ?? schedules?.scheduleOf?.(to)?.timeZone ?? businessHours?.timeZone ?? 'UTC';
}

function isDayOf(
  wanted: Exclude<ParsedReminderTime, { waitMs: number }>['day'],
  { day, ahead, hours }: { day: number; ahead: number; hours: BusinessHours | undefined },
): boolean {
  if ('working' in wanted) return isWorkingDay(day, hours);
  if ('ahead' in wanted) return ahead === wanted.ahead;
  if ('weekday' in wanted) return new Date(day).getUTCDay() === wanted.weekday;
  return new Date(day).toISOString().startsWith(wanted.date);
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
