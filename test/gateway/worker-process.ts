/** `node worker-process.ts ADDRESS NAMESPACE`: serves the test workflow until it is told to stop, or killed. */
import { fileURLToPath } from 'node:url';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { WORKFLOW_TASK_QUEUE } from '../../workflows/messages.ts';

const [address = '', namespace = ''] = process.argv.slice(2);
Runtime.install({
  logger: { log() {}, trace() {}, debug() {}, info() {}, warn: console.error, error: console.error },
});
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection,
  namespace,
  taskQueue: WORKFLOW_TASK_QUEUE,
  workflowsPath: fileURLToPath(new URL('./test-workflow.ts', import.meta.url)),
});
process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
await worker.run();
await connection.close();
