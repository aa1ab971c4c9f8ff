/** A webhook that starts a workflow, and the worker that runs it, on the server that nightshift uses. */
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, NativeConnection, Worker } from '@temporalio/worker';
import { fastify } from 'fastify';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { KubernetesClient } from '../../activities/kubernetes/clients.ts';
import type { Closing } from '../house/closing.ts';
import type { Trace } from '../measure/trace.ts';
import { peerActivities } from './activities.ts';

export interface Peer {
  readonly webhookUrl: string;
  readonly client: Client;
  /** Runs a workflow to its end and answers how many milliseconds that took. */
  run(workflow: PeerWorkflow, argument: unknown): Promise<number>;
  readonly approveUrl: string;
  /** Starts a workflow that waits for its approval, and answers its id once it does. */
  asked(node: string): Promise<string>;
  /** The end of the run that the webhook started last. */
  settled(): Promise<unknown>;
}

export type PeerWorkflow = 'cordon' | 'lookLocally' | 'lookOrdinarily';

const TASK_QUEUE = 'peer';

export async function startPeer(
  o: { address: string; namespace: string; api: KubernetesClient['api']; trace: Trace },
  closing: Closing,
): Promise<Peer> {
  const { address, namespace, trace } = o;
  const connection = await NativeConnection.connect({ address });
  closing.add(() => connection.close());
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: TASK_QUEUE,
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
      logger: { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error },
    }),
    activities: peerActivities(o),
    shutdownGraceTime: '1s',
  });
  const running = worker.run();
  running.catch(() => undefined);
  closing.add(async () => {
    worker.shutdown();
    await running;
  });
  const clientConnection = await Connection.connect({ address });
  closing.add(() => clientConnection.close());
  const client = new Client({ connection: clientConnection, namespace });

  let last: Promise<unknown> = Promise.resolve();
  const app = fastify();
  closing.add(() => app.close());
  app.post<{ Body: { node: string } }>('/webhook', async ({ body }, reply) => {
    trace.mark('peer.start');
    const handle = await client.workflow.start('cordon', {
      taskQueue: TASK_QUEUE,
      workflowId: `peer-${randomUUID()}`,
      args: [[body.node]],
    });
    last = handle.result();
    reply.code(202);
    return { workflowId: handle.workflowId };
  });
  app.post<{ Body: { workflowId: string } }>('/approve', async ({ body }) => {
    trace.mark('peer.update');
    const handle = client.workflow.getHandle(body.workflowId);
    last = handle.result();
    await handle.executeUpdate('approve');
    return {};
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });

  return {
    webhookUrl: `${url}/webhook`,
    approveUrl: `${url}/approve`,
    async asked(node) {
      const workflowId = `peer-${randomUUID()}`;
      const handle = await client.workflow.start('askToCordon', {
        taskQueue: TASK_QUEUE,
        workflowId,
        args: [node],
      });
      // A query is answered after the first workflow task: it waits for its approval then.
      await handle.query('__stack_trace');
      return workflowId;
    },
    client,
    settled: () => last,
    async run(workflow, argument) {
      const options = { taskQueue: TASK_QUEUE, workflowId: `peer-${randomUUID()}`, args: [argument] };
      const from = performance.now();
      await client.workflow.execute(workflow, options);
      return performance.now() - from;
    },
  };
}
