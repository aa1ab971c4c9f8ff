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

const READY_MS = 180_000;

/** A test runner that is killed cleans nothing up: the server is watched by a process that sees its starter ($0) go. */
const ENDS_WITH_US =
  '(while kill -0 "$0" 2>/dev/null; do kill -0 $$ 2>/dev/null || exit; sleep 1; done; kill -9 $$) & exec "$@"';

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
  const server = await startProcess({
    name: "Temporal's test server",
    command: '/bin/sh',
    args: ['-c', ENDS_WITH_US, String(process.pid), command, String(port)],
    logFile: join(folder, 'server.log'),
    pidFile: join(folder, 'server.pid'),
    // It keeps nothing, and shuts down in seconds when asked.
    stopWith: { signal: 'SIGKILL' },
  });
  try {
    await waitUntilReady(server, { isReady: () => isListening(port), deadlineMs: READY_MS });
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { address: `127.0.0.1:${port}`, stop: async () => void (await server.stop()) };
}
