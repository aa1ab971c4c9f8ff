import { readFileSync } from 'node:fs';

/** The package's version; the file is two levels up from the compiled one and one from the source. */
export const VERSION: string = versionIn('../package.json') ?? versionIn('../../package.json') ?? 'unknown';

function versionIn(path: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version: string }).version;
  } catch {
    return undefined;
  }
}
