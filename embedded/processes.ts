import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isAlive, type ProcessIdentity } from './liveness.ts';

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
  /** Ends it: the signal (SIGTERM), and SIGKILL after the deadline (10 s). Resolves when it is gone. */
  stop(options?: StopOptions): Promise<Exit>;
}

export interface StopOptions {
  signal?: NodeJS.Signals;
  deadlineMs?: number;
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
  if (pidFile) {
    const left: Leftover = {
      process: (await identify(pid)) ?? { pid, startTime: undefined },
      owner: await ourselves(),
    };
    await writeFile(pidFile, JSON.stringify(left), { mode: 0o600 });
  }

  async function stop({ signal = 'SIGTERM', deadlineMs = DEADLINE_MS }: StopOptions = {}): Promise<Exit> {
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
      const why = cause instanceof Error ? `: ${cause.message}` : '';
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

interface Leftover {
  process: ProcessIdentity;
  /** The nightshift that started it. */
  owner: ProcessIdentity;
}

/**
 * Before a server is started where one may run already: ends the one that a crash of ours left behind. Throws when its
 * owner lives, since two servers on one folder of data would destroy it.
 */
export async function stopLeftover(
  pidFile: string,
  { signal = 'SIGTERM', deadlineMs = DEADLINE_MS }: StopOptions = {},
) {
  const leftover = await readFile(pidFile, 'utf8').then(
    (text) => JSON.parse(text) as Leftover,
    () => undefined,
  );
  if (leftover && (await isAlive(leftover.process))) {
    const { owner, process: server } = leftover;
    if (await isAlive(owner)) {
      throw new ProcessError(
        `${dirname(pidFile)} is in use by process ${server.pid}, which nightshift process ${owner.pid} started. Stop that nightshift, or set NIGHTSHIFT_HOME to another folder.`,
      );
    }
    await endProcess(server, { signal, deadlineMs });
  }
  await rm(pidFile, { force: true });
}

async function ourselves(): Promise<ProcessIdentity> {
  return (await identify(process.pid)) ?? { pid: process.pid, startTime: undefined };
}

/** Ends a process that is not our child: the signal, and SIGKILL after the deadline. Resolves when it is gone. */
async function endProcess(
  target: ProcessIdentity,
  { signal, deadlineMs }: Required<StopOptions>,
): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  send(target.pid, signal);
  while (await isAlive(target)) {
    if (Date.now() > deadline) send(target.pid, 'SIGKILL');
    await sleep(POLL_MS);
  }
}

function killGroup(pid: number): void {
  send(-pid, 'SIGKILL');
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Already gone.
  }
}

const TAIL_BYTES = 4096;

/** The last 15 lines of a log, without reading all of it; empty when there is none. */
export async function lastLines(file: string): Promise<string> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return '';
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await handle.read({ position: start, buffer: Buffer.alloc(TAIL_BYTES) });
    const lines = buffer.subarray(0, bytesRead).toString('utf8').trimEnd().split('\n');
    return lines.slice(-15).join('\n');
  } finally {
    await handle.close();
  }
}
