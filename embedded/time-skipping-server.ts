import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveBinary, type OnProgress } from './binaries/index.ts';
import { freePort, isListening } from './ports.ts';
import { startProcess, waitUntilReady } from './processes.ts';

export interface TimeSkippingServer {
  /** host:port for clients and workers. */
  readonly address: string;
  stop(): Promise<void>;
}

const READY_MS = 60_000;

/**
 * Starts Temporal's test server on loopback, its state in memory, with a clock of its own that can jump ahead while
 * nothing is being worked on. The log goes into `folder`, which is created. It begins with its clock held.
 */
export async function startTimeSkippingServer({
  folder,
  onProgress,
}: {
  folder: string;
  onProgress?: OnProgress;
}): Promise<TimeSkippingServer> {
  const command = await resolveBinary('temporal-test-server', { onProgress });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const port = await freePort();
  const process = await startProcess({
    name: "Temporal's test server",
    command,
    args: [String(port)],
    logFile: join(folder, 'server.log'),
    pidFile: join(folder, 'server.pid'),
    // It keeps nothing, and shuts down in seconds when asked.
    stopWith: { signal: 'SIGKILL' },
  });
  try {
    await waitUntilReady(process, { isReady: () => isListening(port), deadlineMs: READY_MS });
  } catch (error) {
    await process.stop();
    throw error;
  }
  return { address: `127.0.0.1:${port}`, stop: async () => void (await process.stop()) };
}
