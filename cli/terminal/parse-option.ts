import { InvalidArgumentError } from 'commander';
import { milliseconds, Window, type Duration } from '../../activities/kit/index.ts';

export function parsePositive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('write a whole number above 0.');
  return value;
}

/** `30s`, `5 minutes`: in milliseconds. */
export function parseDuration(text: string): number {
  return orUsage(() => milliseconds(text as Duration));
}

/** The same, a second at least. */
export function parsePause(text: string): number {
  const ms = parseDuration(text);
  if (ms < 1_000) throw new InvalidArgumentError('write a second or more.');
  return ms;
}

/** What refuses a text, refuses the option with the same words. */
export function orUsage<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** `namespace=shop`, added to those before it. */
export function parsePair(text: string, before: Record<string, string>): Record<string, string> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError('Write it like namespace=shop.');
  return { ...before, [name]: value };
}

/** A length of time in one word, as steps take it: `30s`, `5m`, `7d`. */
export function parseWindow(text: string): string {
  const { error } = Window.safeParse(text);
  if (error) throw new InvalidArgumentError(`${error.issues[0]!.message}.`);
  return text;
}
