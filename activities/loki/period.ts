import { windowSeconds } from '../kit/index.ts';

/** What is looked at: from `from`, and up to `to` without it. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

export function periodOf(
  asked: { readonly since: string; readonly until?: string | undefined },
  now: Date,
): Period {
  const to = asked.until === undefined ? now : new Date(asked.until);
  return { from: new Date(to.getTime() - windowSeconds(asked.since) * 1000), to };
}

export const shownPeriod = ({ from, to }: Period) => ({ from: from.toISOString(), to: to.toISOString() });

/** Loki's times are nanoseconds, more than a number holds. */
export const nanoseconds = (at: Date): string => `${at.getTime()}000000`;

/** Cut to milliseconds. */
export const isoOf = (ns: string): string => new Date(Number(BigInt(ns) / 1_000_000n)).toISOString();
