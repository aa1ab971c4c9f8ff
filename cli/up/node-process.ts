import { join } from 'node:path';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stopLeftover } from '../../embedded/pid-file.ts';
import { startProcess, waitUntilReady, type RunningProcess } from '../../embedded/processes.ts';
import { saidReady, sizeOf } from './ready-line.ts';

const READY_MS = 120_000;

/** Starts `worker/main` or `gateway/main` as a process of its own and waits for its ready line. */
export async function startNodeProcess(part: {
  name: 'worker' | 'gateway';
  config: string;
  logs: string;
  env: NodeJS.ProcessEnv;
  args?: readonly string[];
}): Promise<RunningProcess> {
  const { name, config, logs, env, args = [] } = part;
  const logFile = join(logs, `${name}.log`);
  const pidFile = join(logs, `${name}.pid`);
  await stopLeftover(pidFile);
  const from = await sizeOf(logFile);
  const running = await startProcess({
    name: `The ${name}`,
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', entry(name), '--config', config, ...args],
    logFile,
    pidFile,
    env,
    // A worker lets the steps under way come to their end first.
    stopWith: { signal: 'SIGTERM', deadlineMs: 60_000 },
  });
  try {
    await waitUntilReady(running, { isReady: () => saidReady(logFile, from), deadlineMs: READY_MS });
    return running;
  } catch (error) {
    await running.stop({ deadlineMs: 0 });
    throw error;
  }
}

/** Source beside source, compiled beside compiled. */
const entry = (name: string): string =>
  fileURLToPath(new URL(`../../${name}/main${extname(import.meta.url)}`, import.meta.url));
