/** The nightshift that a new repository depends on: an archive that it keeps, or a version of a registry. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import type { OwnPackage } from './own-package.ts';

const run = promisify(execFile);
/** Where an archive is kept in the repository. */
const KEPT = 'vendor';

export interface Archive {
  /** What package.json depends on: `file:vendor/nightshift-0.1.0.tgz`, or a version. */
  readonly dependency: string;
  /** Puts the archive into the repository. Answers its path there; nothing for a version. */
  putInto(folder: string): Promise<readonly string[]>;
  /** Removes what was made to begin with. */
  dispose(): Promise<void>;
}

/** `named`: an archive, or a version; this very copy is packed when left out. Throws a CliFailure. */
export async function obtainArchive(own: OwnPackage, named: string | undefined): Promise<Archive> {
  if (named === undefined) return packed(own);
  if (!named.endsWith('.tgz')) return { dependency: named, putInto: async () => [], dispose: async () => {} };
  const file = resolve(named);
  if (existsSync(file)) return kept(file);
  throw new CliFailure(EXIT.notFound, `there is no file ${file}`, {
    next: 'name an archive that "npm pack" made, or a version; left out, this nightshift is packed',
  });
}

async function packed(own: OwnPackage): Promise<Archive> {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-init-'));
  const dispose = () => rm(folder, { recursive: true, force: true });
  // An installed copy is compiled already, and has nothing to compile with.
  const args = [
    'pack',
    '--silent',
    '--pack-destination',
    folder,
    ...(own.isCheckout ? [] : ['--ignore-scripts']),
  ];
  try {
    await run('npm', args, { cwd: own.folder, maxBuffer: 16 * 1024 * 1024 });
  } catch (cause) {
    await dispose();
    const said = (cause as { stderr?: string }).stderr?.trim() || (cause as Error).message;
    throw new CliFailure(EXIT.failed, `nightshift could not be packed: ${said}`, {
      cause,
      next: 'look whether "npm pack" works, or name an archive or a version with --package',
    });
  }
  return { ...kept(join(folder, `${own.name}-${own.version}.tgz`)), dispose };
}

const kept = (file: string): Archive => {
  const path = `${KEPT}/${basename(file)}`;
  return {
    dependency: `file:${path}`,
    async putInto(folder) {
      await mkdir(join(folder, KEPT), { recursive: true });
      await copyFile(file, join(folder, path));
      return [path];
    },
    dispose: async () => {},
  };
};
