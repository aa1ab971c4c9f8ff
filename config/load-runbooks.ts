import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { RunbookDefinition } from '../workflows/define-runbook.ts';
import { ConfigError } from './config-error.ts';
import { otherNightshift, sayOther } from './other-nightshift.ts';

/**
 * The default export of a module: one runbook or a list of them. Throws a ConfigError that says what to write where there
 * is no such file, it cannot be loaded, or it exports something else.
 */
export async function loadRunbooks(file: string): Promise<readonly RunbookDefinition[]> {
  const { default: exported } = await loadModule(file);
  const runbooks = [exported].flat();
  if (runbooks.length > 0 && runbooks.every(isRunbook)) return runbooks;
  throw problemWith(
    file,
    'it has no runbooks as its default export; write "export default [firstRunbook, secondRunbook];"',
  );
}

/** A module of the deployment's own. Throws a ConfigError. */
export async function loadModule(file: string): Promise<{ readonly default?: unknown }> {
  if (!existsSync(file)) throw problemWith(file, 'there is no such file');
  const other = otherNightshift(file);
  if (other !== undefined) throw problemWith(file, sayOther(other));
  try {
    return (await import(pathToFileURL(file).href)) as { default?: unknown };
  } catch (cause) {
    const error = problemWith(
      file,
      `it cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
    error.cause = cause;
    throw error;
  }
}

export const problemWith = (file: string, message: string): ConfigError =>
  new ConfigError(file, [{ field: '', message }]);

const isRunbook = (value: unknown): value is RunbookDefinition =>
  typeof value === 'object' && value !== null && 'id' in value && 'run' in value && 'triggers' in value;
