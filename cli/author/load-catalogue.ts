import { existsSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadRunbooks } from '../../config/index.ts';
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
 * of this folder, else the catalogue that nightshift brings. Throws a CliFailure, or a ConfigError for one that exports
 * something else.
 */
export async function loadCatalogue(named: string | undefined): Promise<Catalogue> {
  const here = resolve('runbooks/index.ts');
  const file = named
    ? resolve(named)
    : existsSync(here)
      ? here
      : fileURLToPath(new URL(OURS, import.meta.url));
  if (!existsSync(file)) {
    throw new CliFailure(EXIT.notFound, `there is no file ${file}`, {
      next: 'name the module that exports your runbooks with --runbooks',
    });
  }
  return { file, runbooks: await loadRunbooks(file) };
}
