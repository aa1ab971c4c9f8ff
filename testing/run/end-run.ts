import { WorkflowNotFoundError, type Client, type WorkflowHandle } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 20;

/** The workflows that a run started: its reminders. */
async function childrenOf(handle: WorkflowHandle): Promise<string[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(
    (e) => e.startChildWorkflowExecutionInitiatedEventAttributes?.workflowId ?? [],
  );
}

/** A worker's answer is a matter of milliseconds; a run that was broken off may never be at rest. */
const AT_REST_WITHIN_MS = 10_000;

/**
 * Waits until no worker has anything of this workflow: the test server's clock stays held for ever when one is
 * terminated meanwhile.
 */
async function isAtRest(handle: WorkflowHandle): Promise<void> {
  const until = Date.now() + AT_REST_WITHIN_MS;
  while (Date.now() < until) {
    if (!isBusy((await handle.fetchHistory()).events ?? [])) return;
    await sleep(LOOK_EVERY_MS);
  }
}

type HistoryEvent = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];

function isBusy(events: readonly HistoryEvent[]): boolean {
  const last = events.at(-1);
  const begun = events.filter((e) => e.activityTaskScheduledEventAttributes).length;
  const ended = events.filter(
    (e) =>
      e.activityTaskCompletedEventAttributes ??
      e.activityTaskFailedEventAttributes ??
      e.activityTaskTimedOutEventAttributes ??
      e.activityTaskCanceledEventAttributes,
  ).length;
  const isTask =
    last?.workflowExecutionStartedEventAttributes ??
    last?.workflowTaskScheduledEventAttributes ??
    last?.workflowTaskStartedEventAttributes;
  return begun > ended || isTask != null;
}

/** Terminates a run and what it started: what a scenario leaves running would take part in the next one. */
export async function endRun(client: Client, handle: WorkflowHandle): Promise<void> {
  for (const id of [handle.workflowId, ...(await childrenOf(handle))]) {
    const left = client.workflow.getHandle(id);
    await isAtRest(left);
    await left.terminate('the scenario is over').catch((error: unknown) => {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    });
  }
}
