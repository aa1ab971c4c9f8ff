import { WorkflowNotFoundError, type Client, type WorkflowHandle } from '@temporalio/client';

/** The workflows that a run started: its reminders. */
async function childrenOf(handle: WorkflowHandle): Promise<string[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(
    (e) => e.startChildWorkflowExecutionInitiatedEventAttributes?.workflowId ?? [],
  );
}

/** Terminates a run and what it started: what a scenario leaves running would take part in the next one. */
export async function endRun(client: Client, handle: WorkflowHandle): Promise<void> {
  for (const id of [handle.workflowId, ...(await childrenOf(handle))]) {
    await client.workflow
      .getHandle(id)
      .terminate('the scenario is over')
      .catch((error: unknown) => {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      });
  }
}
