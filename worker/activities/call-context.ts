import { Context } from '@temporalio/activity';
import type { CallContext } from '../../activities/kit/index.ts';

const HEARTBEAT_EVERY_MS = 2_000;

/**
 * Runs a step's function with a signal that is aborted when the activity is cancelled or its deadline passes, and with
 * heartbeats, so that a worker that dies is noticed in seconds.
 */
export async function withContext<T>(deadline: Date, body: (context: CallContext) => Promise<T>): Promise<T> {
  const activity = Context.current();
  const limit = new AbortController();
  const timer = setTimeout(
    () => limit.abort(new Error('the time for this call is over')),
    Math.max(0, deadline.getTime() - Date.now()),
  );
  const beat = setInterval(() => activity.heartbeat(), HEARTBEAT_EVERY_MS);
  try {
    return await body({
      signal: AbortSignal.any([activity.cancellationSignal, limit.signal]),
      heartbeat: (details) => activity.heartbeat(details),
      deadline,
      caller: activity.info.workflowExecution?.workflowId,
    });
  } finally {
    clearTimeout(timer);
    clearInterval(beat);
  }
}

export const workflowId = (): string => {
  const id = Context.current().info.workflowExecution?.workflowId;
  if (!id) throw new Error('this activity was called outside a workflow');
  return id;
};

/** Whether no more than that has passed since this call, by the wall clock: it goes on while the machine is suspended. */
export function withinMs(ms: number): () => boolean {
  const from = Date.now();
  return () => {
    const passed = Date.now() - from;
    return passed >= 0 && passed <= ms;
  };
}

export const inMs = (ms: number): Date => new Date(Date.now() + ms);
