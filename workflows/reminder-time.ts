/**
 * When somebody is reminded, in words: a length of time from now, a day and a time of day by the clocks of a zone, or a
 * moment of ISO 8601. The words are data; the moment that they mean depends on holidays and zones of the configuration and
 * is found outside of a run (config/reminder-moment.ts).
 */
import { milliseconds, type Duration } from '../activities/kit/index.ts';
import { isTimeZone } from './on-schedule.ts';

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

type ReminderDay =
  | 'next working day'
  | `in ${number} working days`
  | 'tomorrow'
  | (typeof WEEKDAYS)[number]
  | `${number}-${number}-${number}`;
type DayAndTime = `${ReminderDay} ${number}:${number}`;
type Moment = `${number}-${number}-${number}T${number}:${string}`;

/**
 * `next working day 09:30 Europe/Berlin`, `in 3 working days 10:00`, `monday 08:00`, `2026-12-01 09:00 UTC`, `1 day`,
 * `2026-12-01T09:00:00+01:00`.
 */
export type ReminderTime = Duration | DayAndTime | `${DayAndTime} ${string}` | Moment;

export type ParsedReminderTime =
  | { readonly waitMs: number }
  /** Milliseconds since 1970. */
  | { readonly moment: number }
  | {
      readonly day:
        | { readonly working: number }
        | { readonly ahead: number }
        /** 0 is Sunday. */
        | { readonly weekday: number }
        /** `2026-12-01` */
        | { readonly date: string };
      /** `09:30` */
      readonly time: string;
      readonly timeZone?: string | undefined;
    };

const WRITTEN = new RegExp(
  `^(?:(?<next>next working day)|in (?<working>[1-9][0-9]?) working days?|(?<tomorrow>tomorrow)|(?<weekday>${WEEKDAYS.join('|')})` +
    '|(?<date>\\d{4}-\\d\\d-\\d\\d)) (?<time>(?:[01]\\d|2[0-3]):[0-5]\\d)(?: (?<zone>[A-Za-z][A-Za-z0-9_+/-]*))?$',
);
/** A year, of which the longest counts. */
export const LONGEST_REMINDER_MS = 366 * 86_400_000;
const ISO =
  /^(?<date>\d{4}-\d\d-\d\d)T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-][01]\d:[0-5]\d)$/;

/** Throws a RangeError that names the text and says how to write it. */
export function parseReminderTime(text: string): ParsedReminderTime {
  const iso = ISO.exec(text)?.groups;
  if (iso) {
    mustExist(text, iso['date']!);
    return { moment: Date.parse(text) };
  }
  const found = WRITTEN.exec(text)?.groups;
  if (!found) return { waitMs: waitOf(text) };
  const { next, working, tomorrow, weekday, date, time = '', zone: timeZone } = found;
  if (timeZone !== undefined && !isTimeZone(timeZone))
    throw wrong(text, `"${timeZone}" is no time zone; write it like "Europe/Berlin" or "UTC"`);
  const rest = { time, ...(timeZone !== undefined && { timeZone }) };
  if (next !== undefined) return { day: { working: 1 }, ...rest };
  if (working !== undefined) return { day: { working: Number(working) }, ...rest };
  if (tomorrow !== undefined) return { day: { ahead: 1 }, ...rest };
  if (weekday !== undefined)
    return { day: { weekday: WEEKDAYS.findIndex((day) => day === weekday) }, ...rest };
  mustExist(text, date!);
  return { day: { date: date! }, ...rest };
}

function waitOf(text: string): number {
  let waitMs: number;
  try {
    waitMs = milliseconds(text as Duration);
  } catch {
    throw wrong(text, 'write it like "next working day 09:30 Europe/Berlin", "monday 09:00" or "2 days"');
  }
  if (waitMs > LONGEST_REMINDER_MS) throw wrong(text, 'a year at most');
  return waitMs;
}

/** The calendar's own arithmetic takes February 30th for March 2nd. */
function mustExist(text: string, date: string): void {
  const day = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(day.getTime()) || !day.toISOString().startsWith(date))
    throw wrong(text, `there is no ${date}`);
}

const wrong = (text: string, why: string): RangeError => new RangeError(`"${text}": ${why}`);
