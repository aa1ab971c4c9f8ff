/** Whether runs' histories can be told again by another bundle of runbooks, and where they cannot. */
import { Worker } from '@temporalio/worker';
import { EventEmitter, on } from 'node:events';
import { deepestCause, eventNamed, onlyEventOf, type HistoryJson } from './history-event.ts';

export interface Broken {
  /** The number of the event in the run's history where the two part; absent where the replay does not say. */
  readonly event?: number;
  /** What that event was, in words: `the step kubernetes.listPods`. */
  readonly at?: string;
  /** What the replay said. */
  readonly why: string;
}

export interface PastRun {
  readonly workflowId: string;
  readonly history: HistoryJson;
}

export interface Replayer {
  /** One run at a time. Answers nothing when its history replays. */
  replay(run: PastRun): Promise<Broken | undefined>;
  close(): Promise<void>;
}

/** One worker replays all histories: loading the bundle costs more than a replay. */
export function createReplayer(code: string): Replayer {
  const handed = new EventEmitter();
  const runs = on(handed, 'run') as AsyncIterable<[PastRun]>;
  const results = Worker.runReplayHistories({ workflowBundle: { code } }, histories(runs));
  return {
    async replay(run) {
      handed.emit('run', run);
      const result = await results.next();
      if (result.done) throw new Error('the replay ended before it came to this run');
      const { error } = result.value;
      return error && brokenBy(error.message, run.history);
    },
    close: async () => void (await results.return?.()),
  };
}

async function* histories(runs: AsyncIterable<[PastRun]>) {
  for await (const [{ workflowId, history }] of runs) yield { workflowId, history: history as never };
}

/** Core names the event as `HistoryEvent(id: 17, ActivityTaskScheduled)`; of a step where another comes, only the step. */
function brokenBy(message: string, history: HistoryJson): Broken {
  const why = deepestCause(message);
  const step = /Activity type of scheduled event '([^']+)'/.exec(message)?.[1];
  const id = /HistoryEvent\(id: (\d+)/.exec(message)?.[1] ?? (step && onlyEventOf(history, step));
  if (id === undefined) return { ...(step !== undefined && { at: `the step ${step}` }), why };
  return { event: Number(id), at: eventNamed(history, id), why };
}
