/** The moment that the words of a reminder mean: by the clocks of whoever is reminded, on the days on which they work. Pure. */
import {
  LONGEST_REMINDER_MS,
  parseReminderTime,
  type ParsedReminderTime,
} from '../workflows/reminder-time.ts';
import type { Authority } from './authority.ts';
import { isWorkingDay, type BusinessHours } from './business-hours.ts';
import { instantOf, wallClockAt, writeWallClock } from './on-call/wall-clock.ts';

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

/**
 * The first such time that is still to come: at 02:47 of a Tuesday "next working day 09:30" is that Tuesday, at 10:00 it is
 * Wednesday. Answers milliseconds since 1970. Throws a RangeError where the words are none, or mean no moment within the
 * next year.
 */
export function reminderMoment(words: string, clock: ReminderClock): number {
  const at = momentOf(parseReminderTime(words), clock);
  if (at === undefined || at > clock.now + LONGEST_REMINDER_MS)
    throw new RangeError(`"${words}" is more than a year away; name a moment within a year from now`);
  if (!(at > clock.now)) throw new RangeError(`"${words}" is over; name a later moment`);
  return at;
}

/** Nothing where there is no such day within a year. */
function momentOf(parsed: ParsedReminderTime, clock: ReminderClock): number | undefined {
  if ('waitMs' in parsed) return clock.now + parsed.waitMs;
  if ('moment' in parsed) return parsed.moment;
  const timeZone = parsed.timeZone ?? timeZoneOf(clock);
  const on = (day: number) => instantOf(day + minutesOf(parsed.time) * 60_000, timeZone);
  if ('date' in parsed.day) return on(Date.parse(parsed.day.date));
  const today = Math.floor(wallClockAt(clock.now, timeZone) / DAY_MS) * DAY_MS;
  let left = 'working' in parsed.day ? parsed.day.working : 1;
  for (let ahead = 0; ahead * DAY_MS <= LONGEST_REMINDER_MS; ahead++) {
    const day = today + ahead * DAY_MS;
    if (!isDayOf(parsed.day, { day, ahead, hours: clock.businessHours })) continue;
    const at = on(day);
    if (at > clock.now && --left === 0) return at;
  }
  return undefined;
}

/** When something that was to be asked then is asked again, where somebody says "not today": the same time, a working day on. */
export function postponedMoment(words: string, clock: ReminderClock): number {
  return reminderMoment(['next working day', ...timeAndZone(words, clock)].join(' '), clock);
}

/** Of a moment, the time that the clocks of whoever is reminded show then; of a length of time, when work begins. */
function timeAndZone(words: string, clock: ReminderClock): string[] {
  const parsed = parseReminderTime(words);
  if ('waitMs' in parsed) return [clock.businessHours?.from ?? '09:00'];
  if ('moment' in parsed) return [writeWallClock(wallClockAt(parsed.moment, timeZoneOf(clock))).slice(11)];
  return parsed.timeZone === undefined ? [parsed.time] : [parsed.time, parsed.timeZone];
}

type DayAndTime = Extract<ParsedReminderTime, { time: string }>;

/** Where somebody is: as the configuration says of the person, of the role's schedule, or of the deployment's hours. */
function timeZoneOf({ to, authority: { people, schedules }, businessHours }: ReminderClock): string {
  const own = Object.hasOwn(people, to) ? people[to]?.timeZone : undefined;
  return own ?? schedules?.scheduleOf?.(to)?.timeZone ?? businessHours?.timeZone ?? 'UTC';
}

function isDayOf(
  wanted: Exclude<DayAndTime['day'], { date: string }>,
  { day, ahead, hours }: { day: number; ahead: number; hours: BusinessHours | undefined },
): boolean {
  if ('working' in wanted) return isWorkingDay(day, hours);
  if ('ahead' in wanted) return ahead === wanted.ahead;
  return new Date(day).getUTCDay() === wanted.weekday;
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
