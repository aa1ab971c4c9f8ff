import { z } from 'zod';

const LONGEST_SECONDS = 10 * 366 * 86_400;

/** A length of time as Prometheus and Loki write it: `30s`, `5m`, `1h`. */
export const Window = z
  .string()
  .regex(/^\d+(ms|s|m|h|d|w)$/, 'write it as Prometheus does: 30s, 5m, 1h')
  .refine((window) => (secondsOf(window) ?? 0) <= LONGEST_SECONDS, 'write ten years at most');

const UNIT_SECONDS = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 } as const;

/** How long a `Window` is. */
export function windowSeconds(window: string): number {
  const seconds = secondsOf(window);
  if (seconds === undefined) throw new TypeError(`"${window}" is no length of time like 5m`);
  return seconds;
}

function secondsOf(window: string): number | undefined {
  const [, digits, unit] = /^(\d+)(ms|s|m|h|d|w)$/.exec(window) ?? [];
  return digits === undefined ? undefined : Number(digits) * UNIT_SECONDS[unit as keyof typeof UNIT_SECONDS];
}
