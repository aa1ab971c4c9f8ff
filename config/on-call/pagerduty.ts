/**
 * On-call shifts from a schedule of PagerDuty, as its REST API v2 renders it
 * (https://developer.pagerduty.com/api-reference/3f03afb2c84a4-get-a-schedule). Pure.
 */
import { z } from 'zod';
import { CalendarRefused, type ImportedShift } from './icalendar.ts';
import { wallClockAt, writeWallClock } from './wall-clock.ts';

const Rendered = z.looseObject({
  schedule: z.looseObject({
    final_schedule: z.looseObject({
      rendered_schedule_entries: z.array(
        z.looseObject({
          start: z.iso.datetime({ offset: true }),
          end: z.iso.datetime({ offset: true }),
          user: z.looseObject({ id: z.string(), summary: z.string().nullish() }),
        }),
      ),
    }),
  }),
});

/**
 * `personNamed` makes a person of a user's name or id. Whoever is not known any more is left out where their shift was over
 * `now`. Throws a CalendarRefused that names whom nobody knows, and where nobody is on call from now on.
 */
export function shiftsFromPagerDuty(
  answer: unknown,
  o: {
    readonly timeZone: string;
    readonly personNamed: (user: string) => string | undefined;
    readonly now: Date;
  },
): ImportedShift[] {
  const parsed = Rendered.safeParse(answer);
  if (!parsed.success) throw new CalendarRefused('the answer is no schedule of PagerDuty');
  const entries = parsed.data.schedule.final_schedule.rendered_schedule_entries;
  const isOver = (end: string) => Date.parse(end) <= o.now.getTime();
  if (entries.every(({ end }) => isOver(end)))
    throw new CalendarRefused('nobody is on call by it in that time');
  const local = (instant: string) => writeWallClock(wallClockAt(Date.parse(instant), o.timeZone));
  return entries.flatMap(({ start, end, user }) => {
    const person = o.personNamed(user.summary ?? user.id) ?? o.personNamed(user.id);
    if (person === undefined && isOver(end)) return [];
    if (person === undefined)
      throw new CalendarRefused(
        `"${user.summary ?? user.id}" is nobody of people; say who it is with --as "${user.summary ?? user.id}=NAME"`,
      );
    return [{ person, from: local(start), until: local(end), timeZone: o.timeZone }];
  });
}
