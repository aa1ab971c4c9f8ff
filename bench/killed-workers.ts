/**
 * B8: fifty runs in the middle of their changes, and the worker is killed. How long until the last of them has gone on,
 * with a standby and without; and what the outside saw: every change once, none lost, whatever the number of rounds. A
 * change that was begun and did not happen holds its run; the bench answers `retry`, as a person would.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Closing } from './house/closing.ts';
import { startFleet, type Fleet } from './house/fleet.ts';
import { startBackend } from './house/servers.ts';
import { spread, type Spread } from './measure/statistics.ts';

export interface KilledWorkers {
  readonly rounds: number;
  readonly runsPerRound: number;
  readonly changes: number;
  readonly duplicated: number;
  readonly lost: number;
  /** Changes that were begun, did not happen, and were tried again because the bench said so. */
  readonly held: number;
  /** From `kill -9` until the last run that was under way had gone on: a change begun, a question asked, or its end. */
  readonly goneOnMs: { readonly standby: Spread; readonly cold: Spread };
}

const RUNS = 50;
const WRITES = 4;
const LOOK_EVERY_MS = 100;
type Mode = 'standby' | 'cold';

export async function killedWorkers(o: {
  rounds: number;
  say: (text: string) => void;
}): Promise<KilledWorkers> {
  const closing = new Closing();
  try {
    const fleet = await startFleet(await startBackend(closing), closing);
    const took: Record<Mode, number[]> = { standby: [], cold: [] };
    const sum = { duplicated: 0, lost: 0, held: 0 };
    let worker = await fleet.startWorker();
    for (let n = 0; n < o.rounds * 2; n++) {
      const mode: Mode = n % 2 ? 'standby' : 'cold';
      const standby = mode === 'standby' ? await fleet.startWorker() : undefined;
      const killed = worker;
      const seen = await round(fleet, async () => {
        await killed.kill();
        worker = standby ?? (await fleet.startWorker());
      });
      took[mode].push(seen.goneOnMs);
      for (const key of ['duplicated', 'lost', 'held'] as const) sum[key] += seen[key];
      o.say(
        `B8: round ${n + 1} of ${o.rounds * 2} (${mode}): gone on after ${Math.round(seen.goneOnMs)} ms, ${seen.duplicated} changes duplicated, ${seen.lost} lost`,
      );
    }
    return {
      rounds: o.rounds * 2,
      runsPerRound: RUNS,
      changes: o.rounds * 2 * RUNS * WRITES,
      ...sum,
      goneOnMs: { standby: spread(took.standby), cold: spread(took.cold) },
    };
  } finally {
    await closing.close();
  }
}

async function round(fleet: Fleet, kill: () => Promise<void>) {
  const before = fleet.outside.effects.length;
  const effects = () => fleet.outside.effects.slice(before);
  const ids = await Promise.all(
    Array.from({ length: RUNS }, async () => {
      const key = randomUUID();
      const input = { key, writes: WRITES };
      return (await fleet.api.startRun({ runbook: 'write-many', input, requestId: key })).workflowId;
    }),
  );
  const threshold = RUNS * (0.5 + Math.random() * (WRITES - 1.5));
  while (effects().length < threshold) await sleep(LOOK_EVERY_MS / 10);
  const killedAt = Date.now();
  const underWay = new Set(ids);
  for (const id of ids) if ((await fleet.ledger.run(id))?.status === 'ended') underWay.delete(id);
  const killing = kill();

  let goneOnMs = 0;
  let held = 0;
  const open = new Set(ids);
  // A question stays open until a worker has taken the answer to it.
  const answered = new Set<string>();
  while (open.size) {
    for (const { operation, arrivedAt } of effects()) if (arrivedAt > killedAt) goneOn(runOf(operation));
    for (const { workflowId, question, questionHash } of (
      await fleet.api.questions({ status: 'open', limit: 500 })
    ).questions) {
      const key = `${workflowId}/${question.id}`;
      if (!open.has(workflowId) || answered.has(key)) continue;
      answered.add(key);
      goneOn(workflowId);
      const { outcome } = await fleet.api.decide(workflowId, question.id, {
        answer: 'retry',
        reason: 'the bench says so',
        questionHash,
        planHash: '',
      });
      if (outcome?.counted) held++;
    }
    for (const id of open) {
      if ((await fleet.ledger.run(id))?.status !== 'ended') continue;
      open.delete(id);
      goneOn(id);
    }
    await sleep(LOOK_EVERY_MS);
  }
  await killing;
  const done = effects();
  const distinct = new Set(done.map((e) => e.operation)).size;
  return { goneOnMs, held, duplicated: done.length - distinct, lost: RUNS * WRITES - distinct };

  function goneOn(workflowId: string): void {
    if (underWay.delete(workflowId)) goneOnMs = Date.now() - killedAt;
  }
}

/** An operation is `deployment.identity/workflow id/plan/position`. */
const runOf = (operation: string): string => operation.split('/').slice(1, -2).join('/');
