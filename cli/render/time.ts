/** `4 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`: two units at most, never rounded up. Negative lengths count as none. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 0) return two(days, 'd', hours % 24, 'h');
  if (hours > 0) return two(hours, 'h', minutes % 60, 'min');
  if (minutes > 0) return two(minutes, 'min', seconds % 60, 's');
  return `${seconds} s`;
}

const two = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;

/** Like `elapsed`, with tenths below ten seconds: how long a step took. */
export const took = (milliseconds: number): string =>
  milliseconds < 10_000 ? `${(Math.max(0, milliseconds) / 1000).toFixed(1)} s` : elapsed(milliseconds);

export interface Reader {
  readonly now: Date;
  readonly timeZone: string;
}

/** `02:57:10`, and with the date when it is not today for the reader. */
export function clock(instant: string, { now, timeZone }: Reader): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return 'an unreadable time';
  const [day, time] = parts(at, timeZone);
  const [today] = parts(now, timeZone);
  return day === today ? time : `${day} ${time}`;
}

function parts(at: Date, timeZone: string): [string, string] {
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('sv-SE', { timeZone, ...options }).format(at);
  return [
    format({ year: 'numeric', month: '2-digit', day: '2-digit' }),
    format({ hour: '2-digit', minute: '2-digit', second: '2-digit' }),
  ];
}

/** The next time at which the reader's clock shows `06:00`; nothing for what is no time of day. */
export function nextClock(text: string, { now, timeZone }: Reader): Date | undefined {
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(text)) return undefined;
  const minute = 60_000;
  const first = Math.floor(now.getTime() / minute) + 1;
  // A day has up to 25 hours, and on one of them some minutes do not exist.
  for (let n = first; n < first + 49 * 60; n++) {
    const at = new Date(n * minute);
    if (parts(at, timeZone)[1].startsWith(text)) return at;
  }
  return undefined;
}

export const until = (instant: string, now: Date): number => new Date(instant).getTime() - now.getTime();

/** `02:57:10, in 9 min 40 s`, or `02:57:10, 20 s ago`. */
export function moment(instant: string, reader: Reader): string {
  const left = until(instant, reader.now);
  const relative = left >= 0 ? `in ${elapsed(left)}` : `${elapsed(-left)} ago`;
  return `${clock(instant, reader)}, ${relative}`;
}
