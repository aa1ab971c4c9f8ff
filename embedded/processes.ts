import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines } from './log-tail.ts';
import { writePidFile, type StopOptions } from './pid-file.ts';

export interface ProcessOptions {
  /** What people call it; appears in errors. */
  name: string;
  command: string;
  args: string[];
  /** Standard output and error are appended to this file; its directory is created. */
  logFile: string;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  uid?: number;
  gid?: number;
  /** Remembers the process across a crash of ours, for `stopLeftover`. Removed by `stop`. */
  pidFile?: string;
  /** How `stop` ends it: SIGTERM and 10 s without it. */
  stopWith?: StopOptions;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<Exit>;
  /** How it ended; undefined while it runs. */
  exit(): Exit | undefined;
  /** Ends it: the signal, and SIGKILL for its whole group after the deadline. Resolves when it is gone. */
  stop(options?: StopOptions): Promise<Exit>;
}

/** A process that did not start, or did not become ready. The message ends with the last lines of its log. */
export class ProcessError extends Error {
  override readonly name = 'ProcessError';
}

const DEADLINE_MS = 10_000;
const POLL_MS = 50;

/**
 * Starts a process that outlives no one's terminal: it leads its own group, so that Ctrl-C reaches us only and we stop
 * our processes in our order. It writes to a file, not to a pipe, so that it survives us, too.
 */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const { name, command, args, logFile, pidFile, env, cwd, uid, gid } = options;
  await mkdir(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(command, args, { env, cwd, uid, gid, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  let ended: Exit | undefined;
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve((ended = { code, signal })));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) =>
      reject(new ProcessError(`${name} cannot be started: ${cause.message}`, { cause })),
    );
  });
  const pid = child.pid as number;
  if (pidFile) await writePidFile(pidFile, pid);

  async function stop(how: StopOptions = {}): Promise<Exit> {
    const { signal = 'SIGTERM', deadlineMs = DEADLINE_MS } = { ...options.stopWith, ...how };
    if (!ended) child.kill(signal);
    const kill = setTimeout(() => killGroup(pid), deadlineMs);
    const exit = await exited;
    clearTimeout(kill);
    if (pidFile) await rm(pidFile, { force: true });
    return exit;
  }

  return { name, pid, logFile, exited, exit: () => ended, stop };
}

export interface ReadyOptions {
  /** Asked every 50 ms; an exception means "not yet" and is shown when the deadline passes. */
  isReady: () => Promise<boolean>;
  deadlineMs: number;
  signal?: AbortSignal;
}

/** Waits until a process is ready. Throws ProcessError as soon as it ends, or at the deadline; does not stop it. */
export async function waitUntilReady(process: RunningProcess, options: ReadyOptions): Promise<void> {
  const { isReady, deadlineMs, signal } = options;
  const deadline = Date.now() + deadlineMs;
  let cause: unknown;
  for (;;) {
    signal?.throwIfAborted();
    const ended = process.exit();
    if (ended) throw await processError(process, `ended before it was ready (${describeExit(ended)})`);
    try {
      if (await isReady()) return;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (Date.now() > deadline) {
      const why = cause ? `: ${(cause as Error).message}` : '';
      throw await processError(process, `was not ready within ${Math.round(deadlineMs / 1000)} s${why}`, {
        cause,
      });
    }
    await sleep(POLL_MS);
  }
}

/** An error about a process that ends with the last lines of its log. */
async function processError(
  process: RunningProcess,
  what: string,
  options?: ErrorOptions,
): Promise<ProcessError> {
  const lines = await lastLines(process.logFile);
  const log = lines ? `. The end of ${process.logFile}:\n${lines}` : `. ${process.logFile} is empty.`;
  return new ProcessError(`${process.name} ${what}${log}`, options);
}

export function describeExit({ code, signal }: Exit): string {
  return signal ? `ended by ${signal}` : `exit code ${code}`;
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}
