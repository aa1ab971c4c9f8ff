import type { AlertEffect } from '../../ledger/api.ts';
import type { Backtest, BacktestedRun } from './backtest.ts';

/** What a runbook would have had to do. */
export interface RunbookSummary {
  readonly runbook: string;
  /** Alerts by what became of them. */
  readonly effects: Readonly<Partial<Record<AlertEffect, number>>>;
  /** Alerts that fit and of which no input could be made, by the reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** Runs that would have started, and ended. */
  readonly runs: number;
  /** Runs that waited for a moment, by the ledger's reason. */
  readonly waited: Readonly<Record<string, number>>;
  /** Runs that waited for a free place. */
  readonly capped: number;
  /** Most runs open at once. */
  readonly atOnce: number;
}

export interface DaySummary {
  /** `2026-11-21`, in UTC. */
  readonly day: string;
  readonly alerts: number;
  readonly runs: Readonly<Record<string, number>>;
}

export interface BacktestSummary {
  readonly firing: number;
  readonly resolved: number;
  readonly duplicates: number;
  readonly runbooks: readonly RunbookSummary[];
  /** From the first alert to the last, quiet days too. */
  readonly days: readonly DaySummary[];
  /** Firing alerts that no runbook is for, by name, most frequent first. */
  readonly unmatched: readonly { readonly name: string; readonly alerts: number }[];
}

/** `runbooks`: ids in the order in which they are to be shown; those that nothing started too. */
export function summarise({ alerts, runs }: Backtest, runbooks: readonly string[]): BacktestSummary {
  const fresh = alerts.filter((alert) => !alert.duplicate);
  const firing = fresh.filter((alert) => alert.status === 'firing');
  const unmatched = firing.filter((alert) => alert.runs.length + alert.refused.length === 0);
  return {
    firing: firing.length,
    resolved: fresh.length - firing.length,
    duplicates: alerts.length - fresh.length,
    runbooks: runbooks.map((runbook) => {
      const mine = runs.filter((run) => run.runbook === runbook);
      const effects = fresh.flatMap((a) => a.runs).filter((r) => r.runbook === runbook);
      return {
        runbook,
        effects: counted(effects.map((r) => r.effect)),
        refused: counted(
          fresh
            .flatMap((alert) => alert.refused)
            .filter((r) => r.runbook === runbook)
            .map((r) => r.message),
        ),
        runs: mine.length,
        // "flaps: 3 runs since ..." counts under "flaps".
        waited: counted(mine.flatMap(({ why }) => why?.split(':')[0] ?? [])),
        capped: mine.filter((run) => run.capped).length,
        atOnce: mostAtOnce(mine),
      };
    }),
    days: daysOf({ alerts: firing, runs }),
    unmatched: Object.entries(counted(unmatched.map((alert) => alert.name)))
      .map(([name, count]) => ({ name, alerts: count }))
      .sort((a, b) => b.alerts - a.alerts),
  };
}

function counted<Word extends string>(words: readonly Word[]): Record<Word, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

function mostAtOnce(runs: readonly BacktestedRun[]): number {
  const steps = runs
    .flatMap(({ startedAt, endedAt }) => [
      { at: startedAt ?? '', by: 1 },
      { at: endedAt ?? '', by: -1 },
    ])
    .sort((a, b) => (a.at === b.at ? a.by - b.by : a.at < b.at ? -1 : 1));
  let [now, most] = [0, 0];
  for (const { by } of steps) most = Math.max(most, (now += by));
  return most;
}

const DAY_MS = 86_400_000;

function daysOf({ alerts, runs }: Backtest): DaySummary[] {
  const first = alerts[0]?.at.slice(0, 10);
  const last = [alerts.at(-1)?.at, ...runs.map((run) => run.startedAt)].flatMap(
    (at) => at?.slice(0, 10) ?? [],
  );
  if (first === undefined) return [];
  const end = last.reduce((a, b) => (a > b ? a : b));
  const days: DaySummary[] = [];
  for (let day = first; day <= end; day = new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10)) {
    days.push({
      day,
      alerts: alerts.filter((alert) => alert.at.startsWith(day)).length,
      runs: counted(runs.filter((run) => run.startedAt?.startsWith(day)).map((run) => run.runbook)),
    });
  }
  return days;
}
