import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command.ts';
import { withLock } from './lock.ts';
import { resolveBinary, type OnProgress } from './binaries/index.ts';
import { freePort, isListening, requireFreePort } from './ports.ts';
import { stopLeftover } from './pid-file.ts';
import { startProcess, waitUntilReady, type RunningProcess } from './processes.ts';

export interface TemporalServerOptions {
  /** Folder for the database file, the log and the pid file; created. The same folder brings back the same runs. */
  folder: string;
  /** gRPC port; a free one without it. */
  port?: number;
  /** Serves Temporal's own UI on this port; none without it. */
  uiPort?: number;
  /** `default` without it. */
  namespace?: string;
  onProgress?: OnProgress;
}

export interface TemporalServer {
  /** host:port for clients and workers. */
  address: string;
  namespace: string;
  uiUrl: string | undefined;
  process: RunningProcess;
  stop(): Promise<void>;
}

/**
 * A development server has one shard whose queues are polled 20 times a second: every task waits for a 50 ms grid.
 * Eager execution hands the first activity back with the workflow task.
 */
const DYNAMIC_CONFIGURATION = [
  'history.transferProcessorMaxPollRPS=100000',
  'history.timerProcessorMaxPollRPS=100000',
  'system.enableActivityEagerExecution=true',
];

const READY_MS = 180_000;

/**
 * Starts Temporal's development server on loopback with a database file. Survives being killed: started again with the
 * same folder it has every run (a server that a crash of ours left behind is stopped first). Ready means that the gRPC
 * port answers and the namespace exists.
 */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  const command = await resolveBinary('temporal', { onProgress: options.onProgress });
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  return withLock(join(options.folder, 'starting.lock'), () => start(command, options));
}

async function start(command: string, options: TemporalServerOptions): Promise<TemporalServer> {
  const { folder, uiPort, namespace = 'default' } = options;
  const pidFile = join(folder, 'server.pid');
  await stopLeftover(pidFile);
  if (options.port) await requireFreePort(options.port, 'the Temporal server');
  if (uiPort) await requireFreePort(uiPort, "Temporal's UI");
  const port = options.port ?? (await freePort());
  const address = `127.0.0.1:${port}`;
  const process = await startProcess({
    name: 'The Temporal server',
    command,
    args: [
      'server',
      'start-dev',
      ...['--ip', '127.0.0.1', '--port', String(port)],
      ...['--db-filename', join(folder, 'temporal.db'), '--namespace', namespace, '--log-level', 'warn'],
      ...(uiPort ? ['--ui-port', String(uiPort)] : ['--headless']),
      ...DYNAMIC_CONFIGURATION.flatMap((setting) => ['--dynamic-config-value', setting]),
    ],
    logFile: join(folder, 'server.log'),
    pidFile,
  });
  const describe = ['operator', 'namespace', 'describe', '--namespace', namespace, '--address', address];
  const isReady = async () => {
    if (!(await isListening(port))) return false;
    await run(command, describe, { timeoutMs: 10_000 });
    return true;
  };
  try {
    await waitUntilReady(process, { isReady, deadlineMs: READY_MS });
  } catch (error) {
    await process.stop({ deadlineMs: 0 });
    throw error;
  }
  return {
    address,
    namespace,
    uiUrl: uiPort ? `http://127.0.0.1:${uiPort}` : undefined,
    process,
    stop: async () => void (await process.stop()),
  };
}
