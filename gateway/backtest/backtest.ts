/** What past alerts would have started, by the very rules that an alert meets tonight. Nothing is started. */
import type { AlertEffect, RefusedInput } from '../../ledger/api.ts';
import type { RunbookDefinition } from '../../workflows/define-runbook.ts';
import { matchTriggers } from '../alerts/match-triggers.ts';
import { PastRuns } from './past-runs.ts';
import type { PastAlert } from './read-export.ts';

/** What would have become of one alert. */
export interface BacktestedAlert {
  readonly line: number;
  readonly at: string;
  readonly name: string;
  readonly status: 'firing' | 'resolved';
  /** This very alert (source, fingerprint, start, status) had come before. */
  readonly duplicate: boolean;
  readonly runs: readonly {
    readonly runbook: string;
    readonly workflowId: string;
    readonly effect: AlertEffect;
    /** Why its run waits, and until when. */
    readonly why?: string | undefined;
    readonly notBefore?: string | undefined;
  }[];
  readonly refused: readonly RefusedInput[];
}

export interface BacktestedRun {
  readonly workflowId: string;
  readonly runbook: string;
  readonly receivedAt: string;
  /** Absent when its turn never came. */
  readonly startedAt?: string | undefined;
  readonly endedAt?: string | undefined;
  readonly why?: string | undefined;
  /** It waited for a free place. */
  readonly capped: boolean;
}

export interface Backtest {
  readonly alerts: readonly BacktestedAlert[];
  readonly runs: readonly BacktestedRun[];
}

/** `takesMs`: how long each run is taken to last. `alerts` are in the order in which they came. */
export function backtest(
  runbooks: readonly RunbookDefinition[],
  alerts: readonly PastAlert[],
  { takesMs }: { readonly takesMs: number },
): Backtest {
  const runs = new PastRuns({ takesMs });
  const known = new Set<string>();
  const became = alerts.map((past): BacktestedAlert => {
    const { alert, at, line } = past;
    const now = Date.parse(at);
    runs.advance(now);
    const { name, status, source, fingerprint, startedAt } = alert;
    const head = { line, at, name, status };
    const identity = JSON.stringify([source, fingerprint, startedAt, status]);
    if (known.has(identity)) return { ...head, duplicate: true, runs: [], refused: [] };
    known.add(identity);
    if (status === 'resolved') {
      const told = runs.resolve(alert, now).map(({ runbook, workflowId }) => ({ runbook, workflowId }));
      const effects = told.map((run) => ({ ...run, effect: 'resolved' as const }));
      return { ...head, duplicate: false, runs: effects, refused: [] };
    }
    const { matches, refused } = matchTriggers(runbooks, alert);
    // Deliveries can overtake each other: a firing that comes after its own end starts only what would finish anyway.
    const left = runs.isOver(alert) ? matches.filter((m) => m.whenAlertResolves === 'finish') : matches;
    const effects = left.map((match) => {
      const { workflowId, effect, ...waits } = runs.fire(match, alert, now);
      const { why, notBefore } = 'notBefore' in waits ? waits : {};
      return { runbook: match.runbook, workflowId, effect, why, notBefore };
    });
    return { ...head, duplicate: false, runs: effects, refused };
  });
  runs.advance(Infinity);
  return { alerts: became, runs: runs.all.map(asShown) };
}

const asShown = ({ workflowId, runbook, why, capped, ...times }: PastRuns['all'][number]): BacktestedRun => ({
  ...{ workflowId, runbook, why, capped },
  receivedAt: iso(times.receivedAt)!,
  startedAt: iso(times.startedAt),
  endedAt: iso(times.endedAt),
});

const iso = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString();
