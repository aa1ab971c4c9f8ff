import { expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTemporalServer } from '../../embedded/temporal-server.ts';

test('a started workflow survives kill -9 of the server', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-temporal-'));
  const first = await startTemporalServer({ folder });
  await withClient(first.address, async (client) => {
    await client.workflow.start('nobodyRunsThis', { taskQueue: 'none', workflowId: 'kept' });
    await client.workflow.getHandle('kept').signal('hello', 'there');
  });
  process.kill(first.process.pid, 'SIGKILL');
  await first.process.exited;

  const second = await startTemporalServer({ folder });
  try {
    await withClient(second.address, async (client) => {
      const handle = client.workflow.getHandle('kept');
      expect((await handle.describe()).status.name).toBe('RUNNING');
      const { events } = await handle.fetchHistory();
      expect(
        events?.some((event) => event.workflowExecutionSignaledEventAttributes?.signalName === 'hello'),
      ).toBe(true);
    });
  } finally {
    await second.stop();
    await rm(folder, { recursive: true });
  }
});

test('it polls its queues without the grid of 50 ms that every task would wait for', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-temporal-'));
  const server = await startTemporalServer({ folder });
  try {
    const words = (await readFile(`/proc/${server.process.pid}/cmdline`, 'utf8')).split('\0');
    const settings = words.filter((_, n) => words[n - 1] === '--dynamic-config-value');
    const rate = (queue: string) => Number(settings.find((s) => s.startsWith(`${queue}=`))?.split('=')[1]);
    // 20 by default, for the one shard that it has (temporal, common/dynamicconfig/constants.go).
    for (const queue of ['transfer', 'timer'])
      expect(rate(`history.${queue}ProcessorMaxPollRPS`)).toBeGreaterThanOrEqual(1_000);
  } finally {
    await server.stop();
    await rm(folder, { recursive: true });
  }
});

test('a server that cannot start says why, with the end of its log', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-temporal-'));
  await mkdir(join(folder, 'temporal.db'));
  await expect(startTemporalServer({ folder })).rejects.toThrow(
    /The Temporal server ended before it was ready .*unable to open database file/s,
  );
  await rm(folder, { recursive: true });
});

async function withClient(address: string, work: (client: Client) => Promise<void>): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    await work(new Client({ connection }));
  } finally {
    await connection.close();
  }
}
