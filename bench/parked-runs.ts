/**
 * B4: many runs that wait for a person. What one of them costs a worker in memory, how long an answer to any one of them
 * takes until the run has heard it, and how long after `kill -9` a new worker answers for the ones it never saw.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Closing } from './house/closing.ts';
import { startFleet, type Fleet } from './house/fleet.ts';
import { approval, openQuestion } from './house/open-question.ts';
import { startBackend } from './house/servers.ts';
import { spread, type Spread } from './measure/statistics.ts';

export interface ParkedRuns {
  readonly runs: number;
  readonly parkedPerSecond: number;
  /** Resident memory of the worker, MiB, before the first of them and with all of them. */
  readonly memoryMiB: { readonly before: number; readonly after: number };
  readonly kibPerRun: number;
  /** From the POST of an answer to the run's word that it counts. */
  readonly answerMs: Spread;
  readonly coldStart: {
    /** From `kill -9` of the only worker to a new one that polls. */
    readonly readyMs: number;
    /** From `kill -9` to the word of a run that it had never seen. */
    readonly firstAnswerMs: number;
  };
}

const AT_ONCE = 16;
const ANSWERS = 20;
const LOOK_EVERY_MS = 200;

export async function parkedRuns(o: { runs: number; say: (text: string) => void }): Promise<ParkedRuns> {
  const { runs, say } = o;
  const closing = new Closing();
  try {
    const fleet = await startFleet(await startBackend(closing), closing);
    const worker = await fleet.startWorker();
    // The first runs pay for what every worker loads once.
    await park(fleet, 20);
    const before = await worker.memory();
    const from = performance.now();
    const parked = await park(fleet, runs, (n) => say(`B4: ${n} of ${runs} runs wait for an answer`));
    const seconds = (performance.now() - from) / 1000;
    const after = await worker.memory();
    const answerMs: number[] = [];
    for (let n = 0; n < Math.min(ANSWERS, runs - 1); n++) answerMs.push(await answer(fleet, take(parked)));
    const killed = performance.now();
    await worker.kill();
    const another = fleet.startWorker();
    const first = answerUntilHeard(fleet, take(parked));
    await another;
    const readyMs = performance.now() - killed;
    await first;
    return {
      runs,
      parkedPerSecond: runs / seconds,
      memoryMiB: { before, after },
      kibPerRun: ((after - before) * 1024) / runs,
      answerMs: spread(answerMs),
      coldStart: { readyMs, firstAnswerMs: performance.now() - killed },
    };
  } finally {
    await closing.close();
  }
}

function take(from: string[]): string {
  const [taken] = from.splice(Math.floor(Math.random() * from.length), 1);
  if (taken === undefined) throw new Error('there is no run left to answer');
  return taken;
}

/** Starts so many runs through the API and answers their ids when the question of each is open. */
async function park(fleet: Fleet, count: number, onProgress?: (parked: number) => void): Promise<string[]> {
  const ids: string[] = [];
  let next = 0;
  const lane = async () => {
    while (next++ < count) {
      const key = randomUUID();
      const { workflowId } = await fleet.api.startRun({ runbook: 'park', input: { key }, requestId: key });
      await asked(fleet, workflowId);
      ids.push(workflowId);
      if (ids.length % 500 === 0) onProgress?.(ids.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, lane));
  return ids;
}

const asked = (fleet: Fleet, workflowId: string) =>
  openQuestion(fleet.api, { workflowId, lookEveryMs: LOOK_EVERY_MS });

/** Milliseconds from the POST to the run's own word. Throws when the run did not count it. */
async function answer(fleet: Fleet, workflowId: string): Promise<number> {
  const view = await asked(fleet, workflowId);
  const from = performance.now();
  const { delivered, outcome } = await fleet.api.decide(workflowId, view.question.id, approval(view));
  if (!delivered || !outcome?.counted) throw new Error(`${workflowId} did not count the answer`);
  return performance.now() - from;
}

/** The same, where no worker may be there to hear it: the ledger keeps it, the dispatcher brings it. */
async function answerUntilHeard(fleet: Fleet, workflowId: string): Promise<void> {
  const view = await asked(fleet, workflowId);
  const { decisionId } = await fleet.api.decide(workflowId, view.question.id, approval(view));
  for (;;) {
    const heard = (await fleet.ledger.decisions(workflowId, view.question.id)).find(
      (d) => d.id === decisionId,
    );
    if (heard?.outcome) return;
    await sleep(20);
  }
}
