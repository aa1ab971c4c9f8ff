/**
 * The runs that past alerts would have started, in memory: what the ledger's tables would have told `correlate` at each
 * moment. What becomes of an alert is decided there; here is only what was so (ledger/database/functions: alert_facts,
 * admit_runs; ledger/resolved-alert.ts), with a clock that the alerts move.
 *
 * Two things nobody knows of runs that never were: how long each takes (`takesMs`), and whether it had changed something
 * when its alert resolved (none had).
 */
import type { Alert, TriggerMatch } from '../../ledger/api.ts';
import { correlate, type Correlation, type IncidentFacts } from '../../ledger/correlate.ts';
import { workflowIdOf } from '../../ledger/workflow-id.ts';

/** A run that would have been. Times are milliseconds since 1970. */
export interface PastRun {
  readonly workflowId: string;
  readonly runbook: string;
  readonly correlationKey: string;
  readonly receivedAt: number;
  /** It waited for a moment, for a run before it, for a free place: in the ledger's words. */
  readonly why?: string | undefined;
  startedAt?: number | undefined;
  endedAt?: number | undefined;
  /** No place was free when its turn had come. */
  capped: boolean;
}

interface KnownRun extends PastRun {
  readonly match: TriggerMatch;
  readonly notBefore: number;
  readonly after: string | undefined;
  /** The alerts that it acts for: the one that started it, and those that were added to it, joined it or were ignored for it. */
  readonly alerts: Alert[];
  inputs: unknown[];
  over: boolean;
}

export class PastRuns {
  readonly #takesMs: number;
  readonly #runs = new Map<string, KnownRun>();
  readonly #incidents = new Map<string, KnownRun[]>();
  /** Those that have not ended, oldest first. */
  #open: KnownRun[] = [];
  readonly #resolved = new Map<string, Alert[]>();

  constructor({ takesMs }: { readonly takesMs: number }) {
    this.#takesMs = takesMs;
  }

  get all(): readonly PastRun[] {
    return [...this.#runs.values()];
  }

  /** What becomes of a firing alert for one runbook. */
  fire(match: TriggerMatch, alert: Alert, at: number): Correlation & { readonly workflowId: string } {
    const becomes = correlate(match, match.input, this.#facts(match, at));
    if ('workflowId' in becomes) {
      const run = this.#runs.get(becomes.workflowId)!;
      if (becomes.effect === 'gathered') run.inputs = [...becomes.inputs];
      run.alerts.push(alert);
      return becomes;
    }
    const { runbook, correlationKey } = match;
    const ofIncident = this.#ofIncident(match);
    const workflowId = workflowIdOf({ runbook, correlationKey, ordinal: ofIncident.length + 1 });
    const { notBefore, why } = 'notBefore' in becomes ? becomes : {};
    const run: KnownRun = {
      ...{ workflowId, runbook, correlationKey, match, why, receivedAt: at, capped: false, over: false },
      notBefore: notBefore === undefined ? at : Date.parse(notBefore),
      after: becomes.effect === 'queued' ? becomes.after : undefined,
      alerts: [alert],
      inputs: [match.input],
    };
    this.#runs.set(workflowId, run);
    ofIncident.push(run);
    this.#open.push(run);
    this.#admit(at);
    return { ...becomes, workflowId };
  }

  /** Whether that firing has ended. PagerDuty's end carries its own, later time. */
  isOver = (alert: Alert): boolean => this.#ends(alert).some((end) => end.startedAt >= alert.startedAt);

  /** Tells the runs of an alert that it has ended; answers those that heard it. */
  resolve(alert: Alert, at: number): readonly PastRun[] {
    this.#ends(alert).push(alert);
    const told = this.#open.filter((run) => this.#endsWith(run, alert));
    for (const run of told) {
      if (run.match.whenAlertResolves !== 'stop-before-first-change') continue;
      run.over = true;
      if (run.startedAt !== undefined) this.#end(run, at);
    }
    this.#admit(at);
    return told;
  }

  /** Lets everything happen that happens until then: runs end, moments come, places get free. */
  advance(to: number): void {
    for (;;) {
      const next = this.#open.reduce((soonest, run) => Math.min(soonest, this.#nextOf(run)), Infinity);
      if (next > to || next === Infinity) return;
      for (const run of this.#open.filter((r) => this.#endOf(r) <= next)) this.#end(run, next);
      this.#admit(next);
    }
  }

  #end(run: KnownRun, at: number): void {
    run.endedAt = at;
    this.#open = this.#open.filter((open) => open !== run);
  }

  #endOf = (run: KnownRun): number =>
    run.startedAt === undefined ? Infinity : run.startedAt + this.#takesMs;

  #nextOf(run: KnownRun): number {
    if (run.startedAt !== undefined) return this.#endOf(run);
    return run.capped || this.#isOpen(run.after) ? Infinity : run.notBefore;
  }

  #isOpen = (workflowId: string | undefined): boolean =>
    workflowId !== undefined && this.#runs.get(workflowId)?.endedAt === undefined;

  #ofIncident = (match: TriggerMatch): KnownRun[] =>
    listIn(this.#incidents, JSON.stringify([match.runbook, match.correlationKey]));

  #ends = ({ source, fingerprint }: Alert): Alert[] =>
    listIn(this.#resolved, JSON.stringify([source, fingerprint]));

  #facts(match: TriggerMatch, at: number): IncidentFacts {
    const runs = this.#ofIncident(match);
    const { cooldownMs, flapping } = match;
    const ended = cooldownMs === undefined ? [] : runs.flatMap((run) => run.endedAt ?? []);
    const last = ended.filter((end) => end > at - cooldownMs!).sort((a, b) => b - a)[0];
    const received = flapping ? runs.map((run) => run.receivedAt) : [];
    return {
      now: iso(at),
      open: runs
        .filter((run) => run.endedAt === undefined)
        .map(({ workflowId, startedAt, inputs, over }) => ({
          ...{ workflowId, over, waiting: startedAt === undefined },
          inputs: startedAt === undefined ? inputs : [],
        })),
      lastEndedAt: last === undefined ? undefined : iso(last),
      receivedAt: received.filter((moment) => moment > at - flapping!.withinMs).map(iso),
    };
  }

  /** Starts what waits for nothing any more, the oldest first. */
  #admit(at: number): void {
    for (const run of this.#open) {
      if (run.startedAt !== undefined || run.notBefore > at || this.#isOpen(run.after)) continue;
      const running = this.#open.filter((r) => r.runbook === run.runbook && r.startedAt !== undefined);
      if (running.length >= (run.match.runsAtOnce ?? Infinity)) {
        run.capped = true;
        continue;
      }
      run.startedAt = at;
      if (!run.over) continue;
      // Its alert has resolved while it waited: it starts, and stops.
      this.#end(run, at);
      return this.#admit(at);
    }
  }

  #endsWith({ alerts }: KnownRun, alert: Alert): boolean {
    const ends = (fired: Alert) => sameAlert(fired, alert) && fired.startedAt <= alert.startedAt;
    return alerts.some(ends) && alerts.every(this.isOver);
  }
}

function listIn<T>(lists: Map<string, T[]>, key: string): T[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

const sameAlert = (a: Alert, b: Alert): boolean => a.source === b.source && a.fingerprint === b.fingerprint;
const iso = (at: number): string => new Date(at).toISOString();
