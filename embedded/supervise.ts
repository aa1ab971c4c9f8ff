import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines } from './log-tail.ts';
import type { Exit, RunningProcess } from './processes.ts';

export type SuperviseEvent =
  | { kind: 'started'; name: string; pid: number }
  | { kind: 'ended'; name: string; exit: Exit; uptimeMs: number; lastLines: string }
  | { kind: 'waiting'; name: string; delayMs: number }
  | { kind: 'start-failed'; name: string; error: Error };

export interface SuperviseOptions {
  name: string;
  /** Starts the process and resolves when it is ready. Called again after each end. */
  start: () => Promise<RunningProcess>;
  onEvent?: (event: SuperviseEvent) => void;
  /**
   * The first pause before a restart is doubled up to the longest; after an uptime of `healthyMs` it is the first
   * again. 250 ms, 30 s and 60 s without it.
   */
  backoff?: { firstMs: number; longestMs: number; healthyMs: number };
}

export interface Supervised {
  /** The running process; undefined between an end and the next start. */
  current(): RunningProcess | undefined;
  /** Ends the process and does not restart it. */
  stop(): Promise<void>;
}

const BACKOFF = { firstMs: 250, longestMs: 30_000, healthyMs: 60_000 };

/**
 * Keeps a process running: restarts it whenever it ends, with a growing, capped pause. A first start that fails is an
 * error for the caller; later ones are events and tried again.
 */
export async function supervise(options: SuperviseOptions): Promise<Supervised> {
  const { name, start, onEvent, backoff = BACKOFF } = options;
  const stopping = new AbortController();
  let current: RunningProcess | undefined;

  async function startOne(): Promise<RunningProcess> {
    const process = await start();
    current = process;
    onEvent?.({ kind: 'started', name, pid: process.pid });
    return process;
  }

  async function restart(): Promise<RunningProcess | undefined> {
    try {
      return await startOne();
    } catch (error) {
      onEvent?.({ kind: 'start-failed', name, error: error as Error });
      return undefined;
    }
  }

  async function keepRunning(first: RunningProcess): Promise<void> {
    let running: RunningProcess | undefined = first;
    let delayMs = backoff.firstMs;
    while (!stopping.signal.aborted) {
      if (running) {
        const since = Date.now();
        const exit = await running.exited;
        current = undefined;
        if (stopping.signal.aborted) return;
        const uptimeMs = Date.now() - since;
        onEvent?.({ kind: 'ended', name, exit, uptimeMs, lastLines: await lastLines(running.logFile) });
        if (uptimeMs >= backoff.healthyMs) delayMs = backoff.firstMs;
      }
      onEvent?.({ kind: 'waiting', name, delayMs });
      await sleep(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      delayMs = Math.min(delayMs * 2, backoff.longestMs);
      if (!stopping.signal.aborted) running = await restart();
    }
  }

  const kept = keepRunning(await startOne());
  return {
    current: () => current,
    async stop() {
      stopping.abort();
      await current?.stop();
      await kept;
      // A start that was under way when we were told to stop.
      await current?.stop();
    },
  };
}
