import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { bundleRunbooks } from '../../worker/versions/bundle.ts';
import type { countStarts, useSchemas } from './fixtures/entry-shared.ts';

const address = process.env.TEST_TEMPORAL_ADDRESS!;
const taskQueue = `shared-${randomUUID()}`;
let worker: Worker;
let running: Promise<void>;
let client: Client;
let close: () => Promise<void>;

beforeAll(async () => {
  const [connection, native, workflowBundle] = await Promise.all([
    Connection.connect({ address }),
    NativeConnection.connect({ address }),
    bundleRunbooks(new URL('fixtures/entry-shared.ts', import.meta.url)),
  ]);
  client = new Client({ connection });
  worker = await Worker.create({ connection: native, taskQueue, workflowBundle });
  running = worker.run();
  close = () => Promise.all([connection.close(), native.close()]).then(() => undefined);
});
afterAll(async () => {
  worker.shutdown();
  await running;
  await close();
});

const run = <W extends () => Promise<unknown>>(type: string): Promise<Awaited<ReturnType<W>>> =>
  client.workflow.execute<W>(type, { taskQueue, workflowId: randomUUID(), args: [] as never }) as Promise<
    Awaited<ReturnType<W>>
  >;

test('the schemas that runs share can do all that schemas can', async () => {
  const { schemas, wrong } = await run<typeof useSchemas>('useSchemas');
  expect(wrong).toEqual([]);
  expect(schemas).toBeGreaterThan(50);
});

test('runs share contracts; what a module of runbooks keeps is a run’s own', async () => {
  expect(await run<typeof countStarts>('countStarts')).toEqual({ own: 1, shared: 1 });
  expect(await run<typeof countStarts>('countStarts')).toEqual({ own: 1, shared: 2 });
});
