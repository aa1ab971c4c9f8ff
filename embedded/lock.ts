/**
 * A lock between processes of one machine, held as long as its owner lives.
 *
 * 1. The lock file appears with its content (`link` of a finished file), so that a reader never sees half of it.
 * 2. It names its owner by pid and start time: the lock of a process that crashed is stale, whoever has its pid now.
 * 3. A stale lock is replaced under a second lock of the same kind, after reading again that it is still the same
 *    stale one. So two waiters that see a crash cannot both take over, and a crash while taking over is the same
 *    problem one level down.
 */
import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isAlive, type ProcessIdentity } from './liveness.ts';

interface Owner extends ProcessIdentity {
  /** Tells two acquisitions by one process apart. */
  token: string;
}

export interface LockOptions {
  /** Called once, when another live process holds the lock. */
  onWait?: (holder: ProcessIdentity) => void;
  signal?: AbortSignal;
}

const POLL_MS = 100;

/** Runs `work` while holding the lock at `path` (a file; its directory is created). Waits for a live holder. */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const self = await identify(process.pid);
  const owner: Owner = { pid: process.pid, startTime: self?.startTime, token: randomUUID() };
  await acquire(path, owner, options);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function acquire(path: string, owner: Owner, options: LockOptions): Promise<void> {
  const claim = `${path}.${owner.token}`;
  await writeFile(claim, JSON.stringify(owner));
  try {
    for (let waited = false; ;) {
      options.signal?.throwIfAborted();
      if (await tryLink(claim, path)) return;
      const holder = await readOwner(path);
      if (!holder) continue;
      if (await isAlive(holder)) {
        if (!waited) options.onWait?.(holder);
        waited = true;
        await sleep(POLL_MS, undefined, { signal: options.signal });
      } else if (await replaceStale({ path, claim, stale: holder })) return;
    }
  } finally {
    await rm(claim, { force: true });
  }
}

async function replaceStale({
  path,
  claim,
  stale,
}: {
  path: string;
  claim: string;
  stale: Owner;
}): Promise<boolean> {
  return withLock(`${path}.takeover`, async () => {
    const now = await readOwner(path);
    if (now?.token !== stale.token) return false;
    await rename(claim, path);
    return true;
  });
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Owner;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`The lock file ${path} cannot be read. Delete it if no nightshift is running.`, {
      cause: error,
    });
  }
}
