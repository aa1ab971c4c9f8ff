/**
 * Finds or makes the programs that npm does not carry. Five ways, in this order: a path in the environment, PATH (the
 * version is checked), the cache, the official release (its hash is pinned), a build of the pinned source.
 *
 * 1. A cache entry is complete: it is made in a scratch folder and appears by one rename.
 * 2. One group (all of Kubernetes, say) is made by one process at a time; the others wait and then find it cached.
 * 3. A way that fails is remembered with its reason; only when all five failed is that an error.
 */
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../lock.ts';
import { directories } from '../paths.ts';
import { BINARIES, BINARY_NAMES, type Binary, type BinaryName } from './catalogue.ts';
import { cacheEntry, inScratchFolder, publish } from './cache.ts';
import { download } from './download.ts';
import { findInEnvironment, findOnPath, isExecutable } from './find.ts';
import { buildGoProgram } from './go.ts';
import { fetchJavaProgram } from './maven.ts';
import { moduleFolder } from './modules.ts';
import { BinaryNotFoundError, type FailedWay, type OnProgress, type Report, type Way } from './progress.ts';
import { releaseOf } from './releases.ts';

export interface ResolveOptions {
  onProgress?: OnProgress;
  env?: NodeJS.ProcessEnv;
}

/** The absolute path of a program; makes it when needed. Throws BinaryNotFoundError when no way leads to it. */
export async function resolveBinary(name: BinaryName, options: ResolveOptions = {}): Promise<string> {
  const env = options.env ?? process.env;
  const started = Date.now();
  const failed: FailedWay[] = [];
  const reporter =
    (way: Way): Report =>
    (phase, detail) =>
      options.onProgress?.({ name, way, phase, detail, elapsedMs: Date.now() - started });

  for (const [way, find] of [
    ['environment', findInEnvironment],
    ['path', findOnPath],
  ] as const) {
    const found = await find(name, env);
    if ('reason' in found) {
      failed.push({ way, reason: found.reason });
      continue;
    }
    reporter(way)('ready', found.detail);
    return found.path;
  }

  const cache = directories(env).cache;
  const path = cachedPath(cache, name);
  const isCached = async () => {
    if (!(await isExecutable(path))) return false;
    reporter('cache')('ready', BINARIES[name].version);
    return true;
  };
  if (await isCached()) return path;
  failed.push({ way: 'cache', reason: `no ${path}` });

  const onWait = ({ pid }: { pid: number }) => reporter('cache')('waiting', `process ${pid} is making it`);
  return withLock(
    join(cache, 'locks', BINARIES[name].group),
    async () => {
      if (await isCached()) return path;
      for (const [way, make] of [
        ['download', downloadGroup],
        ['build', build],
      ] as const) {
        const report = reporter(way);
        try {
          await make({ name, cache, report, env });
          report('ready', BINARIES[name].version);
          return path;
        } catch (error) {
          const reason = (error as Error).message;
          failed.push({ way, reason });
          report('failed', reason);
        }
      }
      throw new BinaryNotFoundError({ binary: name, ways: failed, install: BINARIES[name].install });
    },
    { onWait },
  );
}

/** Resolves several, one after the other: a build uses all cores anyway. Without names: all of them. */
export async function resolveBinaries<N extends BinaryName = BinaryName>(
  names: readonly N[] = BINARY_NAMES as N[],
  options: ResolveOptions = {},
): Promise<Record<N, string>> {
  const paths: Partial<Record<N, string>> = {};
  for (const name of names) paths[name] = await resolveBinary(name, options);
  return paths as Record<N, string>;
}

interface Making {
  name: BinaryName;
  cache: string;
  report: Report;
  env: NodeJS.ProcessEnv;
}

async function downloadGroup({ name, cache, report, env }: Making): Promise<void> {
  const { group } = BINARIES[name];
  const release = releaseOf(group);
  if (!release)
    throw new Error(
      `no release of ${name} ${BINARIES[name].version} for ${process.platform}-${process.arch} is pinned`,
    );
  if (env.NIGHTSHIFT_DOWNLOADS === 'off') throw new Error('NIGHTSHIFT_DOWNLOADS is off');
  const programs = BINARY_NAMES.filter((other) => BINARIES[other].group === group);
  await inScratchFolder(cache, async (folder) => {
    await download({ release, programs, folder, report });
    for (const program of programs) {
      const alone = join(folder, 'finished', program);
      await mkdir(alone, { recursive: true });
      await rename(join(folder, program), join(alone, program));
      await publish(alone, cachedPath(cache, program));
    }
  });
}

async function build({ name, cache, report, env }: Making): Promise<void> {
  const { source }: Binary = BINARIES[name];
  const module = moduleFolder(source.module);
  await inScratchFolder(cache, async (folder) => {
    if (source.kind === 'go') {
      await buildGoProgram({ ...source, folder: module, output: join(folder, name), env, report });
    } else {
      await fetchJavaProgram({ name, module, mainClass: source.mainClass, target: folder, env, report });
    }
    await publish(folder, cachedPath(cache, name));
  });
}

function cachedPath(cache: string, name: BinaryName): string {
  return cacheEntry(cache, { name, version: BINARIES[name].version });
}
