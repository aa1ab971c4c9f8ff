/** Rounds in which a worker was killed, summed up: after each of them, so that what was measured is never lost. */
import { spread, type Spread } from './statistics.ts';

/** Whether another worker stood by when one was killed. */
export type Mode = 'standby' | 'cold';

export interface KilledRound {
  readonly mode: Mode;
  readonly changes: number;
  /** From `kill -9` until the last run that was under way had gone on: a change begun, a question asked, or its end. */
  readonly goneOnMs: number;
  readonly duplicated: number;
  readonly lost: number;
  /** Changes that were begun, did not happen, and were tried again because the bench said so. */
  readonly held: number;
}

export interface KilledRounds {
  readonly rounds: number;
  readonly changes: number;
  readonly duplicated: number;
  readonly lost: number;
  readonly held: number;
  /** Without those of which there was no round. */
  readonly goneOnMs: Readonly<Partial<Record<Mode, Spread>>>;
}

export function sumOf(rounds: readonly KilledRound[]): KilledRounds {
  const sum = (of: 'changes' | 'duplicated' | 'lost' | 'held') => rounds.reduce((all, r) => all + r[of], 0);
  const took = (mode: Mode) => {
    const times = rounds.filter((r) => r.mode === mode).map((r) => r.goneOnMs);
    return times.length === 0 ? {} : { [mode]: spread(times) };
  };
  return {
    ...{ rounds: rounds.length, changes: sum('changes'), duplicated: sum('duplicated') },
    ...{ lost: sum('lost'), held: sum('held') },
    goneOnMs: { ...took('standby'), ...took('cold') },
  };
}

/** The last round, and all of them so far, in a line. */
export function lastInWords(rounds: readonly KilledRound[]): string {
  const { mode, goneOnMs } = rounds.at(-1)!;
  const { rounds: n, changes, duplicated, lost, held } = sumOf(rounds);
  return `B8: round ${n} (${mode}): gone on after ${Math.round(goneOnMs)} ms; so far ${changes} changes, ${duplicated} duplicated, ${lost} lost, ${held} held`;
}
