/**
 * The clock's hand: writes the runs that schedules start into the ledger, from where the dispatcher signs and starts them
 * as any other. Several gateways may do so at once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '../../ledger/api.ts';
import type { RunbookDefinition } from '../../workflows/define-runbook.ts';
import { parseInput } from '../alerts/match-triggers.ts';
import type { Log } from '../log.ts';
import { inWords } from '../problem-error.ts';
import { dueOf } from './due.ts';
import { schedulesOf, type Scheduled } from './schedules-of.ts';

export interface StartScheduledDeps {
  readonly ledger: Pick<Ledger, 'schedules' | 'startScheduled' | 'skipScheduled'>;
  readonly runbooks: readonly RunbookDefinition[];
  readonly log: Log;
  /** Called when there is a run to start. */
  readonly wake: () => void;
}

/** Looks again at least so often: a schedule may be resumed, the clock be set. */
const LONGEST_PAUSE_MS = 15_000;
const SHORTEST_PAUSE_MS = 250;

/** Keeps looking at the clock; answers what ends it. */
export function startScheduled(deps: StartScheduledDeps): () => Promise<void> {
  const schedules = schedulesOf(deps.runbooks);
  if (schedules.length === 0) return async () => {};
  const ended = new AbortController();
  const loop = (async () => {
    while (!ended.signal.aborted) {
      const next = await lookAtSchedules(deps, schedules, Date.now()).catch((error: unknown) => {
        deps.log.warn({ err: error }, 'the schedules could not be looked at; they will be again');
        return Infinity;
      });
      const pause = Math.max(SHORTEST_PAUSE_MS, Math.min(LONGEST_PAUSE_MS, next - Date.now()));
      await sleep(pause, undefined, { signal: ended.signal, ref: false }).catch(() => undefined);
    }
  })();
  return async () => {
    ended.abort();
    await loop;
  };
}

/** Starts what is due at `now`, and answers when the next moment comes. One that cannot start stops no other. */
export async function lookAtSchedules(
  { ledger, log, wake }: Omit<StartScheduledDeps, 'runbooks'>,
  schedules: readonly Scheduled[],
  now: number,
): Promise<number> {
  const rows = new Map((await ledger.schedules(schedules.map((s) => s.id))).map((row) => [row.id, row]));
  let next = Infinity;
  for (const schedule of schedules) {
    const row = rows.get(schedule.id)!;
    const { at, missedSince, next: nextOfIt } = dueOf(schedule.trigger, row, now);
    next = Math.min(next, nextOfIt);
    if (at === undefined || row.paused !== undefined) continue;
    const wanted = runOf(schedule, at);
    if (wanted.problem !== undefined) {
      const why = wanted.problem;
      const { decided } = await ledger.skipScheduled({ schedule: schedule.id, at, missedSince, why });
      if (decided) log.error({ schedule: schedule.id, at, why }, 'a schedule could not start its runbook');
      continue;
    }
    const overlap = schedule.trigger.overlap ?? 'skip';
    const { decided, workflowId } = await ledger.startScheduled({
      ...wanted,
      ...{ schedule: schedule.id, at, missedSince, overlap },
    });
    if (decided) log.info({ schedule: schedule.id, at, missedSince, workflowId }, 'schedule');
    if (workflowId !== undefined) wake();
  }
  return next;
}

function runOf({ runbook, trigger }: Scheduled, at: string) {
  const { id, title, runsAtOnce } = runbook;
  let input: unknown;
  try {
    input = JSON.parse(JSON.stringify(trigger.input(at) ?? null));
  } catch (error) {
    return { problem: `its schedule could not make an input: ${String(error)}` };
  }
  const parsed = parseInput(runbook, input);
  if ('fields' in parsed) return { problem: inWords(parsed.fields) };
  return { runbook: id, title, input, correlationKey: parsed.correlationKey, runsAtOnce };
}
