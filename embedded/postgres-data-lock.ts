import { readdir, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify } from './liveness.ts';

const ORPHANS_MS = 30_000;

/**
 * Makes the data folder startable after its server was killed.
 *
 * 1. Backends outlive a killed postmaster for a moment. While one does, nobody may start a second server: they would
 *    write the same files. They are waited for; each works inside the data folder, which is how they are found.
 * 2. PostgreSQL clears a postmaster.pid whose process is gone, but refuses when another program has that pid by now.
 *    With no process left in the folder the file is stale for certain, and is removed.
 */
export async function clearStaleDataLock(data: string): Promise<void> {
  const deadline = Date.now() + ORPHANS_MS;
  const folder = await realpath(data);
  for (let users = await processesIn(folder); users.length > 0; users = await processesIn(folder)) {
    if (Date.now() > deadline) {
      throw new Error(
        `PostgreSQL processes still use ${data}: ${users.join(', ')}. End them (kill -INT), or set NIGHTSHIFT_HOME to another folder.`,
      );
    }
    await sleep(50);
  }
  const lockFile = join(data, 'postmaster.pid');
  const pid = Number((await readFile(lockFile, 'utf8').catch(() => '')).split('\n')[0]);
  if (pid && (await identify(pid))) await rm(lockFile);
}

/** Pids whose working directory is `folder`. Empty where there is no /proc: PostgreSQL's own checks remain. */
async function processesIn(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((entry) => /^\d+$/.test(entry));
  const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => undefined)));
  return pids.filter((_, index) => folders[index] === folder);
}
