/**
 * On-call shifts from an iCalendar file (RFC 5545). Strict: what would move or remove a shift and is not understood is
 * refused by its name, because a calendar that was read almost right puts the wrong person on call.
 */
import { isTimeZone, wallClockAt, writeWallClock } from './wall-clock.ts';

/** A shift as it is written into the file of schedules. */
export interface ImportedShift {
  readonly person: string;
  readonly from: string;
  readonly until: string;
  readonly timeZone: string;
  readonly every?: string;
  readonly times?: number;
  readonly last?: string;
}

export class CalendarRefused extends Error {
  override readonly name = 'CalendarRefused';
}

/** Says nothing about when somebody is on call. */
const WITHOUT_MEANING = new Set(
  'UID DTSTAMP DESCRIPTION LOCATION CREATED LAST-MODIFIED SEQUENCE TRANSP CLASS ORGANIZER ATTENDEE URL CATEGORIES PRIORITY COLOR GEO CONTACT COMMENT'.split(
    ' ',
  ),
);
const UNDERSTOOD = new Set(['SUMMARY', 'DTSTART', 'DTEND', 'RRULE', 'STATUS']);
const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
const RULE_PARTS = new Set(['FREQ', 'INTERVAL', 'UNTIL', 'COUNT', 'BYDAY', 'WKST']);

interface Property {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly value: string;
}

/**
 * The shifts of a calendar. `personNamed` makes a person of an event's summary. `timeZone` is that of times without one.
 * Throws a CalendarRefused that names the event and what is not understood.
 */
export function shiftsFromCalendar(
  text: string,
  o: { readonly timeZone: string; readonly personNamed: (summary: string) => string | undefined },
): ImportedShift[] {
  const events = eventsOf(text);
  if (events.length === 0) throw new CalendarRefused('it has no event (VEVENT)');
  return events.flatMap((event) => shiftOf(event, o) ?? []);
}

function eventsOf(text: string): Property[][] {
  // A line that begins with a blank goes on with the one before (3.1).
  const lines = text.replace(/\r?\n[ \t]/g, '').split(/\r?\n/);
  if (lines[0]?.trim().toUpperCase() !== 'BEGIN:VCALENDAR')
    throw new CalendarRefused('it is no iCalendar file: it does not begin with BEGIN:VCALENDAR');
  const events: Property[][] = [];
  const within: string[] = [];
  for (const line of lines.filter((l) => l.trim() !== '')) {
    const property = propertyOf(line);
    const component = property.value.toUpperCase();
    if (property.name === 'BEGIN') {
      within.push(component);
      if (component === 'VEVENT') events.push([]);
    } else if (property.name === 'END') {
      if (within.pop() !== component)
        throw new CalendarRefused(`END:${component} ends nothing that was begun`);
    } else if (within.at(-1) === 'VEVENT') events.at(-1)!.push(property);
  }
  if (within.length) throw new CalendarRefused(`it is cut off: ${within.at(-1)} has no end`);
  return events;
}

function propertyOf(line: string): Property {
  const [, name, parameters = '', value] =
    /^([A-Za-z0-9-]+)((?:;[^:;"]+(?:"[^"]*"(?:,"[^"]*")*)?)*):(.*)$/s.exec(line) ?? [];
  if (name === undefined) throw new CalendarRefused(`this line is no property: ${line.slice(0, 60)}`);
  const pairs = parameters
    .split(';')
    .filter(Boolean)
    .map((p) => p.split('=') as [string, string])
    .map(([key, v = '']) => [key.toUpperCase(), v.replaceAll('"', '')] as const);
  return { name: name.toUpperCase(), parameters: new Map(pairs), value: value! };
}

function shiftOf(
  event: readonly Property[],
  o: { readonly timeZone: string; readonly personNamed: (summary: string) => string | undefined },
): ImportedShift | undefined {
  const one = (name: string) => event.find((p) => p.name === name);
  const summary = (one('SUMMARY')?.value ?? '').replace(/\\([,;\\])/g, '$1').replace(/\\n/gi, ' ');
  const refused = (why: string) =>
    new CalendarRefused(`the event "${summary || 'without a summary'}" ${why}`);
  const strange = event.find(
    (p) => !UNDERSTOOD.has(p.name) && !WITHOUT_MEANING.has(p.name) && !p.name.startsWith('X-'),
  );
  if (strange)
    throw refused(`has ${strange.name}, which is not understood; write it out as events of its own`);
  if (one('STATUS')?.value.toUpperCase() === 'CANCELLED') return undefined;
  const [begins, ends, rule] = [one('DTSTART'), one('DTEND'), one('RRULE')];
  if (!begins || !ends) throw refused(`has no ${begins ? 'DTEND' : 'DTSTART'}`);
  if (event.filter((p) => p.name === 'RRULE').length > 1) throw refused('has more than one RRULE');
  const person = o.personNamed(summary);
  if (person === undefined)
    throw refused('names nobody of people in the configuration; say who it is with --as "SUMMARY=PERSON"');
  const from = timeOf(begins, o.timeZone, refused);
  const until = timeOf(ends, o.timeZone, refused);
  // In the zone of its beginning, whose clocks repeat it.
  const endsAt = until.timeZone === from.timeZone ? until.wallClock : undefined;
  if (endsAt === undefined) throw refused('begins in one time zone and ends in another');
  if (endsAt <= from.wallClock) throw refused('ends before it begins');
  return {
    person,
    from: writeWallClock(from.wallClock),
    until: writeWallClock(endsAt),
    timeZone: from.timeZone,
    ...(rule && repeats(rule.value, from, refused)),
  };
}

interface Time {
  readonly wallClock: number;
  readonly timeZone: string;
}
type Refuse = (why: string) => CalendarRefused;

function timeOf({ name, value, parameters }: Property, timeZone: string, refused: Refuse): Time {
  const [, year, month, day, hour = '00', minute = '00', second = '00', utc] =
    /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?$/.exec(value) ?? [];
  if (year === undefined) throw refused(`has a ${name} that is no time: ${value}`);
  if (second !== '00') throw refused(`has a ${name} with seconds: ${value}`);
  const zone = utc ? 'UTC' : (parameters.get('TZID') ?? timeZone);
  if (!isTimeZone(zone))
    throw refused(`has a ${name} in the time zone "${zone}", which is no name like "Europe/Berlin"`);
  const wallClock = Date.UTC(+year, +month! - 1, +day!, +hour, +minute);
  if (writeWallClock(wallClock) !== `${year}-${month}-${day} ${hour}:${minute}`)
    throw refused(`has a ${name} that does not exist: ${value}`);
  return { wallClock, timeZone: zone };
}

function repeats(rule: string, from: Time, refused: Refuse): Pick<ImportedShift, 'every' | 'times' | 'last'> {
  const parts = new Map(
    rule
      .toUpperCase()
      .split(';')
      .map((p) => p.split('=') as [string, string]),
  );
  const strange = [...parts.keys()].find((part) => !RULE_PARTS.has(part));
  if (strange)
    throw refused(`repeats by ${strange}, which is not understood; write it out as events of its own`);
  const unit = { DAILY: 'day', WEEKLY: 'week' }[parts.get('FREQ') ?? ''];
  if (!unit) throw refused(`repeats with FREQ=${parts.get('FREQ') ?? ''}; understood are DAILY and WEEKLY`);
  const byDay = parts.get('BYDAY');
  // One weekday, that of the beginning, adds nothing; several, or another, are several shifts.
  if (byDay !== undefined && (unit !== 'week' || byDay !== WEEKDAYS[new Date(from.wallClock).getUTCDay()]))
    throw refused(`repeats with BYDAY=${byDay}; understood is only the weekday on which it begins`);
  const interval = whole(parts.get('INTERVAL') ?? '1', 'INTERVAL', refused);
  if (interval > 99) throw refused(`repeats with INTERVAL=${interval}; understood are 99 at most`);
  const count = parts.get('COUNT');
  const until = parts.get('UNTIL');
  return {
    every: interval === 1 ? unit : `${interval} ${unit}s`,
    ...(count !== undefined && { times: whole(count, 'COUNT', refused) }),
    ...(until !== undefined && { last: lastOf(until, from, refused) }),
  };
}

/** UNTIL names the last beginning, in UTC where the beginning has a zone (3.3.10); a date includes its day. */
function lastOf(until: string, { timeZone }: Time, refused: Refuse): string {
  const property = { name: 'UNTIL', value: until, parameters: new Map<string, string>() };
  if (/^\d{8}$/.test(until))
    return writeWallClock(timeOf(property, timeZone, refused).wallClock + 86_340_000);
  // Calendars write the last second of a day.
  const rounded = { ...property, value: until.replace(/(\d\d)(Z?)$/, '00$2') };
  const at = timeOf(rounded, timeZone, refused);
  return writeWallClock(at.timeZone === 'UTC' ? wallClockAt(at.wallClock, timeZone) : at.wallClock);
}

function whole(text: string, part: string, refused: Refuse): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw refused(`repeats with ${part}=${text}, which is no whole number from 1 on`);
}
