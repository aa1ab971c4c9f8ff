import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const TEMPLATE = fileURLToPath(new URL('template/', import.meta.url));
/** Keeps compilers, linters and npm from taking a file of the template for one of ours. */
const SUFFIX = '.template';

/** Writes every file of the template into the folder. Answers their paths in it. */
export async function writeTemplate(folder: string): Promise<readonly string[]> {
  const entries = await readdir(TEMPLATE, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(SUFFIX))
    .map((entry) => relative(TEMPLATE, join(entry.parentPath, entry.name)).slice(0, -SUFFIX.length))
    .sort();
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), await readFile(join(TEMPLATE, file + SUFFIX)), { flag: 'wx' });
  }
  return files;
}
