/** The servers under both contenders, in a folder that is removed with them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveBinary } from '../../embedded/binaries/index.ts';
import { freePort, isListening } from '../../embedded/ports.ts';
import { startPostgres } from '../../embedded/postgres.ts';
import { startProcess, waitUntilReady } from '../../embedded/processes.ts';
import { startTemporalServer } from '../../embedded/temporal-server.ts';
import { run } from '../../embedded/command.ts';
import { startApiServer, type ApiServer } from './api-server.ts';
import type { Closing } from './closing.ts';

/** What nightshift itself needs. */
export interface Backend {
  readonly folder: string;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly namespace: string;
  /** `kill -9` of PostgreSQL, then its start on the same data; answers when it is ready again. */
  killDatabase(): Promise<void>;
}

/** With a cluster's API server beside it. */
export interface Servers extends Backend {
  readonly apiServer: ApiServer;
}

export async function startBackend(closing: Closing): Promise<Backend> {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-bench-'));
  closing.add(() => rm(folder, { recursive: true, force: true }));
  const data = join(folder, 'postgres');
  let postgres = await startPostgres({ folder: data });
  closing.add(() => postgres.stop());
  const temporal = await startTemporalServer({ folder: join(folder, 'temporal') });
  closing.add(() => temporal.stop());
  const { address, namespace } = temporal;
  return {
    ...{ folder, databaseUrl: postgres.url, temporalAddress: address, namespace },
    async killDatabase() {
      process.kill(postgres.process.pid, 'SIGKILL');
      await postgres.process.exited;
      postgres = await startPostgres({ folder: data, port: postgres.port });
    },
  };
}

export async function startServers(closing: Closing): Promise<Servers> {
  const backend = await startBackend(closing);
  return { ...backend, apiServer: await startApiServer(backend.folder, closing) };
}

const READY_MS = 60_000;

/** Temporal's development server as it comes: a database file, and no dynamic configuration. */
export async function startStockServer(folder: string, closing: Closing): Promise<{ address: string }> {
  const command = await resolveBinary('temporal');
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const server = await startProcess({
    name: 'The stock Temporal server',
    command,
    args: [
      ...['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', String(port)],
      ...['--db-filename', join(folder, 'stock.db'), '--log-level', 'error'],
    ],
    logFile: join(folder, 'stock-server.log'),
  });
  closing.add(() => server.stop());
  const describe = ['operator', 'namespace', 'describe', '--namespace', 'default', '--address', address];
  const isReady = async () => {
    if (!(await isListening(port))) return false;
    await run(command, describe, { timeoutMs: 10_000 });
    return true;
  };
  await waitUntilReady(server, { isReady, deadlineMs: READY_MS });
  return { address };
}
