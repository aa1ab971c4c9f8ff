import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Where a program stays: a folder of its own, so that what it needs beside it (jars) appears with it. */
export function cacheEntry(cache: string, { name, version }: { name: string; version: string }): string {
  return join(cache, 'bin', `${name}-${version}-${process.platform}-${process.arch}`, name);
}

/** Runs `work` in a new folder on the cache's file system; removes what is left of it. */
export async function inScratchFolder(cache: string, work: (folder: string) => Promise<void>): Promise<void> {
  const scratch = join(cache, 'scratch');
  await mkdir(scratch, { recursive: true });
  const folder = await mkdtemp(join(scratch, 'new-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Makes the finished `folder` the home of `program` by one rename; replaces what a broken cache may hold there. */
export async function publish(folder: string, program: string): Promise<void> {
  const home = dirname(program);
  await mkdir(dirname(home), { recursive: true });
  await rm(home, { recursive: true, force: true });
  await rename(folder, home);
}
