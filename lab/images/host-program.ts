import { readFile } from 'node:fs/promises';
import { command } from '../machine/command.ts';
import type { TarEntry } from './tar.ts';

/** A program of this machine with the libraries that it loads, as files of an image at the same paths. */
export const hostProgram = async (path: string): Promise<TarEntry[]> => [
  await hostFile(path),
  ...(await librariesOf([path])),
];

/** The libraries that programs or other libraries load, each once. */
export async function librariesOf(paths: readonly string[]): Promise<TarEntry[]> {
  // A program that needs no library makes ldd fail.
  const { stdout } = await command(['ldd', ...paths]).catch(() => ({ stdout: '' }));
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, library]) => library!);
  return Promise.all([...new Set(libraries)].map((file) => hostFile(file)));
}

/** A file of this machine, where it is here; of a link, what it leads to. */
export const hostFile = async (path: string): Promise<TarEntry> => ({
  path: path.replace(/^\//, ''),
  kind: 'file',
  content: await readFile(path),
  mode: 0o755,
});
