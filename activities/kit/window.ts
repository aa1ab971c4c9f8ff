import { z } from 'zod';

/** A length of time as Prometheus and Loki write it: `30s`, `5m`, `1h`. */
export const Window = z.string().regex(/^\d+(ms|s|m|h|d|w)$/, 'write it as Prometheus does: 30s, 5m, 1h');

const UNIT_SECONDS = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 } as const;

/** How long a `Window` is. */
export function windowSeconds(window: string): number {
  const [, digits, unit] = /^(\d+)(ms|s|m|h|d|w)$/.exec(window) ?? [];
  if (digits === undefined) throw new TypeError(`"${window}" is no length of time like 5m`);
  return Number(digits) * UNIT_SECONDS[unit as keyof typeof UNIT_SECONDS];
}
