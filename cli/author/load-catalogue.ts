import { existsSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { RunbookDefinition } from '../../workflows/define-runbook.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';

/** Runbooks as they are written here, before anything is deployed. */
export interface Catalogue {
  /** The module that exports them. */
  readonly file: string;
  readonly runbooks: readonly RunbookDefinition[];
}

const OURS = `../../runbooks/index${extname(import.meta.url)}`;

/**
 * Loads the module whose default export is a runbook or a list of them: the one that is named, else `runbooks/index.ts`
 * of this folder, else the catalogue that nightshift brings. Throws a CliFailure.
 */
export async function loadCatalogue(named: string | undefined): Promise<Catalogue> {
  const here = resolve('runbooks/index.ts');
  const file = named
    ? resolve(named)
    : existsSync(here)
      ? here
      : fileURLToPath(new URL(OURS, import.meta.url));
  const module = await load(file);
  const runbooks = [module.default].flat();
  if (runbooks.length > 0 && runbooks.every(isRunbook)) return { file, runbooks };
  throw new CliFailure(EXIT.usage, `${file} has no runbooks as its default export`, {
    next: 'write "export default [firstRunbook, secondRunbook];" there, or name another file with --runbooks',
  });
}

async function load(file: string): Promise<{ readonly default?: unknown }> {
  if (!existsSync(file)) {
    throw new CliFailure(EXIT.notFound, `there is no file ${file}`, {
      next: 'name the module that exports your runbooks with --runbooks',
    });
  }
  try {
    return (await import(pathToFileURL(file).href)) as { default?: unknown };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliFailure(EXIT.usage, `${file} cannot be loaded: ${why}`, { cause });
  }
}

const isRunbook = (value: unknown): value is RunbookDefinition =>
  typeof value === 'object' && value !== null && 'id' in value && 'run' in value && 'triggers' in value;
