import { tar, type TarEntry } from './tar.ts';

/** A layer with these files, each once, and the folders that they are in. */
export function layer(files: readonly TarEntry[]): Buffer {
  const entries = new Map<string, TarEntry>();
  for (const file of files) {
    const folders = file.path.split('/').slice(0, -1);
    for (let depth = 1; depth <= folders.length; depth++) {
      const path = folders.slice(0, depth).join('/');
      entries.set(path, { path, kind: 'directory' });
    }
    entries.set(file.path, file);
  }
  return tar([...entries.values()]);
}
