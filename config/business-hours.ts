/** When people are at work: for rules of the policy that differ by day and by night. */
import { z } from 'zod';
import { isTimeZone, wallClockAt } from './on-call/wall-clock.ts';

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
const TimeOfDay = z
  .string({ error: 'write a time of day like "09:00"' })
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'write a time of day like "09:00"' });

export const BusinessHours = z
  .strictObject({
    timeZone: z
      .string({ error: 'write a time zone like "Europe/Berlin"' })
      .refine(isTimeZone, { error: 'write the name of a time zone, like "Europe/Berlin" or "UTC"' }),
    days: z
      .array(z.enum(DAYS, { error: 'write days like "monday"' }))
      .min(1, { error: 'write at least one day' })
      .default(['monday', 'tuesday', 'wednesday', 'thursday', 'friday']),
    from: TimeOfDay,
    to: TimeOfDay,
  })
  .refine((h) => h.from < h.to, { error: 'they must end after they begin, on the same day', path: ['to'] });
export type BusinessHours = z.output<typeof BusinessHours>;

/** `business` from the first minute on and until the last begins to be over; by the clock of their time zone. */
export function hoursAt({ timeZone, days, from, to }: BusinessHours, at: Date): 'business' | 'outside' {
  const shown = new Date(wallClockAt(at.getTime(), timeZone));
  const time = shown.toISOString().slice(11, 16);
  return days.includes(DAYS[shown.getUTCDay()]!) && from <= time && time < to ? 'business' : 'outside';
}
