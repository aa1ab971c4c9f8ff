import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The nightshift that a module of a deployment's own imports, where it is not this one. Two of them in one process do
 * not know each other's secrets, plans and endings.
 */
export function otherNightshift(file: string): string | undefined {
  try {
    const imported = realpathSync(createRequire(file).resolve('nightshift'));
    return imported.startsWith(ownFolder() + sep) ? undefined : imported;
  } catch {
    // It finds none, so that it imports none by that name.
    return undefined;
  }
}

/** The package that this file is part of, as source or compiled. */
function ownFolder(): string {
  let folder = dirname(realpathSync(fileURLToPath(import.meta.url)));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** What to do about it. */
export const sayOther = (imported: string): string =>
  `it imports another nightshift (${imported}) than the one that runs; use that one: npx nightshift, in its repository`;
