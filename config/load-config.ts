/** Finds and reads the configuration file. TypeScript is imported as it is: Node strips the types. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config } from './absolute-paths.ts';
import { ConfigError } from './config-error.ts';
import { otherNightshift, sayOther } from './other-nightshift.ts';
import { parseConfig } from './parse-config.ts';

export const CONFIG_FILES = [
  'nightshift.config.ts',
  'nightshift.config.mjs',
  'nightshift.config.json',
] as const;

/**
 * The path that was asked for (`--config`), else the environment's NIGHTSHIFT_CONFIG, else the file in the working
 * directory. Throws a ConfigError when there is none.
 */
export function findConfig(asked?: string): string {
  const named = asked ?? process.env['NIGHTSHIFT_CONFIG'];
  if (named !== undefined && named !== '') {
    const file = resolve(named);
    if (existsSync(file)) return file;
    throw new ConfigError(named, [{ field: '', message: 'there is no such file; give the path of one' }]);
  }
  const file = configHere();
  if (file !== undefined) return file;
  throw new ConfigError(CONFIG_FILES[0], [
    {
      field: '',
      message: 'there is none in this directory; write one, give --config PATH, or set NIGHTSHIFT_CONFIG',
    },
  ]);
}

/** The configuration file in the working directory, where there is one. */
export const configHere = (): string | undefined =>
  CONFIG_FILES.map((name) => join(process.cwd(), name)).find(existsSync);

/** Reads and parses the configuration. Throws a ConfigError that names the file and every wrong field. */
export async function loadConfig(asked?: string): Promise<Config> {
  const file = findConfig(asked);
  return parseConfig(await read(file), { name: basename(file), baseDir: dirname(file) });
}

async function read(file: string): Promise<unknown> {
  if (file.endsWith('.json')) {
    try {
      return JSON.parse(readFileSync(file, 'utf8'));
    } catch (error) {
      throw notReadable(file, error);
    }
  }
  const other = otherNightshift(file);
  if (other !== undefined) throw new ConfigError(basename(file), [{ field: '', message: sayOther(other) }]);
  let module: { default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as { default?: unknown };
  } catch (error) {
    throw notReadable(file, error);
  }
  if (module.default !== undefined) return module.default;
  throw new ConfigError(basename(file), [
    { field: '', message: 'it has no default export; write export default defineConfig({ ... })' },
  ]);
}

function notReadable(file: string, cause: unknown): ConfigError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const error = new ConfigError(basename(file), [{ field: '', message: `it cannot be read: ${message}` }]);
  error.cause = cause;
  return error;
}
