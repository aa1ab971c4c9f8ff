import ms, { type StringValue } from 'ms';

/** A length of time in words: `'30s'`, `'5 minutes'`, `'1 day'`. */
export type Duration = StringValue;

/** Milliseconds of a duration. Throws a RangeError that names the text when it is none. */
export function milliseconds(duration: Duration): number {
  const value = ms(duration);
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    throw new RangeError(`"${duration}" is not a length of time; write it like "30s" or "5 minutes"`);
  }
  return value;
}
