import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of a pinned module: go.mod and go.sum, or pom.xml and jar hashes. A build copies them into dist/. */
export function moduleFolder(module: string): string {
  const folder = join(import.meta.dirname, 'modules', module);
  if (!existsSync(folder))
    throw new Error(`The folder embedded/binaries/modules/${module} is missing. Reinstall nightshift.`);
  return folder;
}
