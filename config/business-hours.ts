/** When people are at work: for rules of the policy that differ by day and by night, and for reminders. */
import { z } from 'zod';
import { isTimeZone, wallClockAt } from './on-call/wall-clock.ts';

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
const WORKING_DAYS = DAYS.slice(1, 6);
const TimeOfDay = z
  .string({ error: 'write a time of day like "09:00"' })
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'write a time of day like "09:00"' });

export const TimeZone = z
  .string({ error: 'write a time zone like "Europe/Berlin"' })
  .refine(isTimeZone, { error: 'write the name of a time zone, like "Europe/Berlin" or "UTC"' });

export const BusinessHours = z
  .strictObject({
    timeZone: TimeZone,
    days: z
      .array(z.enum(DAYS, { error: 'write days like "monday"' }))
      .min(1, { error: 'write at least one day' })
      .default([...WORKING_DAYS]),
    from: TimeOfDay,
    to: TimeOfDay,
    /** Days on which nobody works: `2026-12-24`, or `12-25` for every year. */
    holidays: z
      .array(z.string().refine(isDay, { error: 'write days like "2026-12-24", or "12-25" for every year' }), {
        error: 'write a list of days, like ["12-25", "2026-04-03"]',
      })
      .optional(),
  })
  .refine((h) => h.from < h.to, { error: 'they must end after they begin, on the same day', path: ['to'] });
export type BusinessHours = z.output<typeof BusinessHours>;

/** `business` from the first minute on and until the last begins to be over; by the clock of their time zone. */
export function hoursAt(hours: BusinessHours, at: Date): 'business' | 'outside' {
  const shown = wallClockAt(at.getTime(), hours.timeZone);
  const time = new Date(shown).toISOString().slice(11, 16);
  return isWorkingDay(shown, hours) && hours.from <= time && time < hours.to ? 'business' : 'outside';
}

/** Of a day by the clocks (wall-clock.ts). Without hours, Monday to Friday are working days. */
export function isWorkingDay(
  wallClock: number,
  hours: Pick<BusinessHours, 'days' | 'holidays'> | undefined,
): boolean {
  const shown = new Date(wallClock);
  const date = shown.toISOString().slice(0, 10);
  const { days = WORKING_DAYS, holidays = [] } = hours ?? {};
  return days.includes(DAYS[shown.getUTCDay()]!) && !holidays.some((day) => date.endsWith(day));
}

/** `12-25` or `2026-12-25`, of a calendar that has it; 29 February is of some years. */
function isDay(text: string): boolean {
  const [, year = '2024', day] = /^(?:(\d{4})-)?(\d\d-\d\d)$/.exec(text) ?? [];
  const date = new Date(`${year}-${day}T00:00:00Z`);
  return (
    day !== undefined && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(`${year}-${day}`)
  );
}
