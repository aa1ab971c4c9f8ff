/** Cron expressions of five fields, read as crontab(5) reads them. Pure: when they fall is the gateway's to say. */

export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[];
  readonly months: readonly number[];
  /** Sunday is 0. */
  readonly weekdays: readonly number[];
  /** The hours are `*` or every so many: what repeats over the day goes by elapsed time when the clocks change. */
  readonly allDay: boolean;
  /** Day of the month and weekday are both given: either of them is enough. */
  readonly eitherDay: boolean;
}

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly words?: readonly string[];
}

const MINUTE: Field = { name: 'minute', from: 0, to: 59 };
const HOUR: Field = { name: 'hour', from: 0, to: 23 };
const DAY: Field = { name: 'day of the month', from: 1, to: 31 };
const MONTH: Field = {
  name: 'month',
  from: 1,
  to: 12,
  words: ['', ...'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')],
};
const WEEKDAY: Field = {
  name: 'weekday',
  from: 0,
  to: 7,
  words: 'sun mon tue wed thu fri sat'.split(' '),
};
/** Days of each month at most. */
const LONGEST = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Reads `0 6 * * mon-fri`. Throws a RangeError that names the field which is wrong. */
export function parseCron(text: string): Cron {
  const fields = text.trim().toLowerCase().split(/\s+/);
  if (fields.length !== 5)
    throw new RangeError(
      `"${text}" has ${fields.length} fields; write five: minute, hour, day of the month, month, weekday, like "0 6 * * mon-fri"`,
    );
  const [minute, hour, day, month, weekday] = fields as [string, string, string, string, string];
  const cron: Cron = {
    minutes: valuesOf(minute, MINUTE),
    hours: valuesOf(hour, HOUR),
    days: valuesOf(day, DAY),
    months: valuesOf(month, MONTH),
    weekdays: [...new Set(valuesOf(weekday, WEEKDAY).map((d) => d % 7))].sort(),
    allDay: hour.startsWith('*'),
    eitherDay: !day.startsWith('*') && !weekday.startsWith('*'),
  };
  const exists = cron.months.some((m) => cron.days.some((d) => d <= LONGEST[m]!));
  if (!exists && !cron.eitherDay) throw new RangeError(`"${text}" names a day that no year has`);
  return cron;
}

function valuesOf(text: string, field: Field): number[] {
  const values = text.split(',').flatMap((part) => partOf(part, field));
  return [...new Set(values)].sort((a, b) => a - b);
}

function partOf(part: string, field: Field): number[] {
  const { name, from, to } = field;
  const wrong = () => new RangeError(`"${part}" is no ${name}; write ${from} to ${to}, *, a-b, a,b or */n`);
  const [, range, step] = /^([^/]+)(?:\/(\d{1,4}))?$/.exec(part) ?? [];
  if (range === undefined) throw wrong();
  const by = step === undefined ? 1 : Number(step);
  const [first, last, more] = range === '*' ? [String(from), String(to)] : range.split('-');
  const begin = valueOf(first, field);
  // "5/15" goes on to the end, as crontab has it.
  const end = last === undefined ? (step === undefined ? begin : to) : valueOf(last, field);
  if (begin === undefined || end === undefined || more !== undefined || end < begin || by < 1) throw wrong();
  return Array.from({ length: Math.floor((end - begin) / by) + 1 }, (_, i) => begin + i * by);
}

function valueOf(text: string | undefined, { from, to, words = [] }: Field): number | undefined {
  if (text === undefined || text === '') return undefined;
  const value = words.includes(text) ? words.indexOf(text) : /^\d{1,2}$/.test(text) ? Number(text) : NaN;
  return value >= from && value <= to ? value : undefined;
}
