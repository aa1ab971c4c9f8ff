import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The folder of a pinned module (go.mod and go.sum, or pom.xml and jar hashes). They are not compiled into dist/, so
 * they are found from the package's root, in a checkout and in an installed package alike.
 */
export function moduleFolder(module: string): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const candidate = join(folder, 'embedded', 'binaries', 'modules', module);
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder))
      throw new Error(`The folder embedded/binaries/modules/${module} is missing. Reinstall nightshift.`);
  }
}
