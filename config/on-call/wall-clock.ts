/**
 * Wall clocks and instants. A wall-clock time is a number: the milliseconds since 1970 that a clock in UTC which shows
 * the same would count. Instants are milliseconds since 1970 as everywhere.
 */
const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** What the clocks of that time zone show at an instant. */
export function wallClockAt(instant: number, timeZone: string): number {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  ) as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>;
  return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
}

/** The instants at which the clocks show this: one, two where they are put back, none where they skip it. */
export function instantsShowing(wallClock: number, timeZone: string): number[] {
  const shown = [...new Set(offsetsAround(wallClock, timeZone).map((offset) => wallClock - offset))];
  return shown.filter((instant) => wallClockAt(instant, timeZone) === wallClock).sort((a, b) => a - b);
}

/**
 * The instant at which the clocks show this. Where they show it twice, the first; where they skip it, as if they had not
 * been put forward (RFC 5545, 3.3.5): 02:30 is then shown as 03:30.
 */
export const instantOf = (wallClock: number, timeZone: string): number =>
  instantsShowing(wallClock, timeZone)[0] ?? wallClock - offsetsAround(wallClock, timeZone)[0];

/** How far the clocks are ahead of UTC a day before, and a day after. */
function offsetsAround(wallClock: number, timeZone: string): [number, number] {
  const offsetAt = (instant: number) => wallClockAt(instant, timeZone) - instant;
  return [offsetAt(wallClock - DAY_MS), offsetAt(wallClock + DAY_MS)];
}

const WRITTEN = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)$/;

/** Reads `2026-01-05 09:00`; nothing for a day or time that does not exist. */
export function readWallClock(text: string): number | undefined {
  const [year, month, day, hour, minute] = (WRITTEN.exec(text) ?? []).slice(1).map(Number);
  if (minute === undefined) return undefined;
  const wallClock = Date.UTC(year!, month! - 1, day, hour, minute);
  return writeWallClock(wallClock) === text.replace('T', ' ') ? wallClock : undefined;
}

export const writeWallClock = (wallClock: number): string =>
  new Date(wallClock).toISOString().slice(0, 16).replace('T', ' ');

/** True for a name that this Node knows, like `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  try {
    return formatOf(name).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, format);
  return format;
}
