import { WorkflowNotFoundError, type Client, type WorkflowHandle } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { isBusy } from './is-busy.ts';

const LOOK_EVERY_MS = 20;

/** The workflows that a run started. */
async function childrenOf(handle: WorkflowHandle): Promise<string[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(
    (e) => e.startChildWorkflowExecutionInitiatedEventAttributes?.workflowId ?? [],
  );
}

/** A worker's answer is a matter of milliseconds, on a busy machine of seconds; a run that was broken off may never be at rest. */
const AT_REST_WITHIN_MS = { usually: 30_000, brokenOff: 10_000 };

/**
 * Waits until no worker has anything of this workflow: the test server's clock stays held for ever when one is
 * terminated meanwhile.
 */
async function isAtRest(handle: WorkflowHandle, withinMs: number): Promise<void> {
  const until = Date.now() + withinMs;
  while (Date.now() < until) {
    if (!isBusy((await handle.fetchHistory()).events ?? [])) return;
    await sleep(LOOK_EVERY_MS);
  }
}

/** Terminates a run and what it started: what a scenario leaves running would take part in the next one. */
export async function endRun(
  client: Client,
  handle: WorkflowHandle,
  { brokenOff }: { readonly brokenOff: boolean },
): Promise<void> {
  const withinMs = AT_REST_WITHIN_MS[brokenOff ? 'brokenOff' : 'usually'];
  for (const id of [handle.workflowId, ...(await childrenOf(handle))]) {
    const left = client.workflow.getHandle(id);
    await isAtRest(left, withinMs);
    await left.terminate('the scenario is over').catch((error: unknown) => {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    });
  }
}
