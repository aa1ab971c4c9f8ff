import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isAlive, type ProcessIdentity } from './liveness.ts';

export interface StopOptions {
  /** SIGTERM without it. */
  signal?: NodeJS.Signals;
  /** SIGKILL follows after this; 10 s without it. */
  deadlineMs?: number;
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
export async function stopLeftover(pidFile: string, stop: StopOptions = {}): Promise<void> {
  const leftover = await readFile(pidFile, 'utf8').then(
    (text) => JSON.parse(text) as Leftover,
    () => undefined,
  );
  if (leftover && (await isAlive(leftover.process))) {
    const { owner, process: server } = leftover;
    if (await isAlive(owner)) {
      throw new Error(
        `${dirname(pidFile)} is in use by process ${server.pid}, which nightshift process ${owner.pid} started. Stop that nightshift, or set NIGHTSHIFT_HOME to another folder.`,
      );
    }
    await endProcess(server, { signal: 'SIGTERM', deadlineMs: 10_000, ...stop });
  }
  await rm(pidFile, { force: true });
}

/** Remembers a process that we started, for `stopLeftover` after a crash of ours. */
export async function writePidFile(pidFile: string, pid: number): Promise<void> {
  const left: Leftover = {
    process: (await identify(pid)) ?? { pid, startTime: undefined },
    owner: await ourselves(),
  };
  await writeFile(pidFile, JSON.stringify(left), { mode: 0o600 });
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
    await sleep(50);
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Already gone.
  }
}
