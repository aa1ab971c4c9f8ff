import { readdir } from 'node:fs/promises';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';

/** Throws a CliFailure unless the folder is empty or not there. What `git init` makes does not count. */
export async function assertEmpty(folder: string): Promise<void> {
  const names = await namesIn(folder);
  const others = names.filter((name) => name !== '.git').sort();
  if (others.length === 0) return;
  const some = others.slice(0, 3).join(', ') + (others.length > 3 ? ', …' : '');
  throw new CliFailure(EXIT.refused, `${folder} is not empty: it has ${some}; nothing was written`, {
    next: 'name a new folder: nightshift init our-runbooks',
  });
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    const why = code === 'ENOTDIR' ? 'is not a folder' : `cannot be read (${code})`;
    throw new CliFailure(EXIT.usage, `${folder} ${why}`, { cause });
  }
}
