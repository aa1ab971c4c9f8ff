import { Connection } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { until } from './until.ts';

/** A Temporal namespace of the test's own: task queues have fixed names, so two tests may not share one. */
export async function createNamespace(address: string): Promise<string> {
  const connection = await Connection.connect({ address });
  try {
    const namespace = `test-${randomUUID()}`;
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
    });
    await until(async () => {
      try {
        await connection.workflowService.listWorkflowExecutions({ namespace, pageSize: 1 });
        return true;
      } catch {
        return false;
      }
    });
    return namespace;
  } finally {
    await connection.close();
  }
}
