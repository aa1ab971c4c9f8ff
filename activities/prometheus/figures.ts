/** Numbers and moments as Prometheus writes them. A text that is none is never taken for 0. */
import { isMoment } from '../kit/index.ts';

/** `NaN` for what is no decimal number, and for infinity what it is. */
export function numberOf(text: string): number {
  if (/^[+-]?Inf$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}

/** How many seconds before `at` that moment is, 0 for a later one; `NaN` where the text is no moment since 1970. */
export function secondsBefore(at: Date, text: string): number {
  const moment = numberOf(text);
  return isMoment(moment * 1000) ? Math.max(0, at.getTime() / 1000 - moment) : Number.NaN;
}

/** Of however many values; nothing has the least of all. */
export const greatest = (values: readonly number[]): number =>
  values.reduce((a, b) => Math.max(a, b), -Infinity);
export const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Infinity);
