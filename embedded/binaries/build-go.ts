import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../lock.ts';
import { directories } from '../paths.ts';
import { cacheEntry, inScratchFolder, publish } from './cache.ts';
import { isExecutable } from './find.ts';
import { buildGoProgram } from './go.ts';
import type { OnProgress, Report } from './progress.ts';

export interface BuildGoOptions {
  /** The program's file name. */
  name: string;
  /** Absolute path of the folder with go.mod and package main. */
  dir: string;
  onProgress?: OnProgress;
  env?: NodeJS.ProcessEnv;
}

/**
 * The absolute path of a static program built from a Go module of this project; built when its sources are not in the
 * cache yet. The cache key is a hash over every file under `dir`.
 */
export async function buildGo({ name, dir, onProgress, env = process.env }: BuildGoOptions): Promise<string> {
  const started = Date.now();
  const { cache } = directories(env);
  const path = cacheEntry(cache, { name, version: await hashFolder(dir) });
  const report =
    (way: 'cache' | 'build'): Report =>
    (phase, detail) =>
      onProgress?.({ name, way, phase, detail, elapsedMs: Date.now() - started });
  const cached = async () => {
    if (!(await isExecutable(path))) return false;
    report('cache')('ready', dir);
    return true;
  };
  if (await cached()) return path;
  return withLock(
    join(cache, 'locks', `go-${name}`),
    async () => {
      if (await cached()) return path;
      await inScratchFolder(cache, async (folder) => {
        const output = join(folder, name);
        await buildGoProgram({
          folder: dir,
          package: '.',
          output,
          ldflags: '-s -w',
          env,
          report: report('build'),
        });
        await publish(folder, path);
      });
      report('build')('ready', dir);
      return path;
    },
    { onWait: ({ pid }) => report('cache')('waiting', `process ${pid} is building it`) },
  );
}

async function hashFolder(dir: string): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) {
    const content = await readFile(file);
    hash.update(`${file.slice(dir.length)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 16);
}
