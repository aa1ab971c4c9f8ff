/** The shape of the file that says who is on call. Each message says what to write. */
import { z } from 'zod';
import { isTimeZone, readWallClock } from './wall-clock.ts';

const DAY_MS = 86_400_000;

const WallClock = z
  .string({ error: 'write a local time like "2026-01-05 09:00"' })
  .transform((text, context) => {
    const read = readWallClock(text);
    if (read !== undefined) return read;
    context.addIssue('write a local time that exists, like "2026-01-05 09:00"');
    return z.NEVER;
  });

const Every = z
  .string({ error: 'write "day", "week", or a number of them like "2 weeks"' })
  .transform((text, context) => {
    const [, count = '1', unit] = /^(?:([1-9]\d?) )?(day|week)s?$/.exec(text) ?? [];
    if (unit) return Number(count) * (unit === 'week' ? 7 : 1) * DAY_MS;
    context.addIssue('write "day", "week", or a number of them like "2 weeks"');
    return z.NEVER;
  });

const TimeZone = z
  .string({ error: 'write a time zone like "Europe/Berlin"' })
  .refine(isTimeZone, { error: 'write the name of a time zone, like "Europe/Berlin" or "UTC"' });
const Person = z.string({ error: 'write the name of one of people' }).min(1);

/** People take turns, in this order and again from the beginning; the first turn begins at `from`. */
const Rotation = z.strictObject({
  people: z.array(Person, { error: 'write a list of people' }).min(1, { error: 'write at least one person' }),
  /** The hand-over of every turn is at the same time by the clock, and of weeks on the same weekday. */
  from: WallClock,
  every: Every,
});
export type Rotation = z.output<typeof Rotation>;

/** One turn of one person, once or again and again. */
const Shift = z
  .strictObject({
    person: Person,
    from: WallClock,
    until: WallClock,
    /** The schedule's own when absent. */
    timeZone: TimeZone.optional(),
    every: Every.optional(),
    /** With `every`: how often in all. */
    times: z.int().positive({ error: 'write a number from 1 on' }).optional(),
    /** With `every`: no turn begins after that. */
    last: WallClock.optional(),
  })
  .refine((s) => s.until > s.from, { error: 'it must end after it begins', path: ['until'] })
  .refine((s) => s.every === undefined || s.until - s.from <= s.every, {
    error: 'it must end before it comes again',
    path: ['until'],
  })
  .refine((s) => s.every !== undefined || (s.times === undefined && s.last === undefined), {
    error: 'say how often it comes, like "week"; times and last are for what repeats',
    path: ['every'],
  });
export type Shift = z.output<typeof Shift>;

/** Somebody else for a while. Of several at once the last in the file counts. */
const Override = z
  .strictObject({ person: Person, from: WallClock, until: WallClock, why: z.string().optional() })
  .refine((o) => o.until > o.from, { error: 'it must end after it begins', path: ['until'] });

export const Schedule = z
  .strictObject({
    timeZone: TimeZone,
    rotations: z.array(Rotation).default([]),
    shifts: z.array(Shift).default([]),
    overrides: z.array(Override).default([]),
  })
  .refine((s) => s.rotations.length + s.shifts.length > 0, { error: 'write rotations, or shifts, or both' });
export type Schedule = z.output<typeof Schedule>;

/** Role to the schedule that fills it: whoever is on call holds the role, and nobody else. */
export const ScheduleFile = z.strictObject({
  schedules: z.record(z.string().min(1), Schedule, {
    error:
      'write { payments-oncall: { timeZone: Europe/Berlin, rotations: [{ people: [ana, bo], from: "2026-01-05 09:00", every: week }] } }',
  }),
});
