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
import {
  lastInWords,
  sumOf,
  type KilledRound,
  type KilledRounds,
  type Mode,
} from './measure/killed-rounds.ts';

/** Of the rounds that were over when time was, or when it was interrupted; one under way counts for nothing. */
export interface KilledWorkers extends KilledRounds {
  readonly runsPerRound: number;
}

const RUNS = 50;
const WRITES = 4;
const LOOK_EVERY_MS = 100;

/** How long it goes on: so many rounds with a standby and as many without, or new ones until so long has passed. */
export type HowLong = { readonly rounds: number } | { readonly forMs: number };

/**
 * Goes on until it has lasted long enough or `interrupted` is aborted; throws when it is interrupted before a first
 * round is over.
 */
export async function killedWorkers({
  lasts,
  interrupted,
  say,
}: {
  readonly lasts: HowLong;
  readonly interrupted: AbortSignal;
  readonly say: (text: string) => void;
}): Promise<KilledWorkers> {
  const closing = new Closing();
  try {
    const fleet = await startFleet(await startBackend(closing), closing);
    const rounds: KilledRound[] = [];
    let worker = await fleet.startWorker();
    const began = Date.now();
    const isOver = () =>
      'forMs' in lasts ? Date.now() - began >= lasts.forMs : rounds.length >= lasts.rounds * 2;
    while (!isOver() && !interrupted.aborted) {
      const mode: Mode = rounds.length % 2 ? 'standby' : 'cold';
      const standby = mode === 'standby' ? await fleet.startWorker() : undefined;
      const killed = worker;
      const kill = async () => {
        await killed.kill();
        worker = standby ?? (await fleet.startWorker());
      };
      const seen = await round(fleet, kill, interrupted).catch((error: unknown) => {
        if (!interrupted.aborted) throw error;
      });
      if (!seen) break;
      rounds.push({ ...seen, mode, changes: RUNS * WRITES });
      say(lastInWords(rounds));
    }
    if (rounds.length === 0) throw new Error('B8 was interrupted before a first round was over');
    return { runsPerRound: RUNS, ...sumOf(rounds) };
  } finally {
    await closing.close();
  }
}

async function round(fleet: Fleet, kill: () => Promise<void>, signal: AbortSignal) {
  signal.throwIfAborted();
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
  while (effects().length < threshold) await sleep(LOOK_EVERY_MS / 10, undefined, { signal });
  const killedAt = Date.now();
  const underWay = new Set(ids);
  for (const id of ids) if ((await fleet.ledger.run(id))?.status === 'ended') underWay.delete(id);
  const killing = kill();

  let goneOnMs = 0;
  let held = 0;
  const open = new Set(ids);
  // A question stays open until a worker has taken the answer to it.
  const answered = new Set<string>();
  try {
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
      await sleep(LOOK_EVERY_MS, undefined, { signal });
    }
  } finally {
    // The worker that takes over is known, and so ended with the others.
    await killing;
  }
  const done = effects();
  const distinct = new Set(done.map((e) => e.operation)).size;
  return { goneOnMs, held, duplicated: done.length - distinct, lost: RUNS * WRITES - distinct };

  function goneOn(workflowId: string): void {
    if (underWay.delete(workflowId)) goneOnMs = Date.now() - killedAt;
  }
}

/** An operation is `deployment.identity/workflow id/plan/position`. */
const runOf = (operation: string): string => operation.split('/').slice(1, -2).join('/');
