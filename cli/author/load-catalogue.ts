import { existsSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configHere, loadConfig, loadRunbooks } from '../../config/index.ts';
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
 * Loads the module whose default export is a runbook or a list of them: the one that is named, else that of this folder's
 * configuration, else `runbooks/index.ts`, else the catalogue that nightshift brings. Throws a CliFailure, or a
 * ConfigError for a wrong configuration or a module that exports something else.
 */
export async function loadCatalogue(named: string | undefined): Promise<Catalogue> {
  const here = resolve('runbooks/index.ts');
  const config = named ? undefined : configHere();
  const configured = config && (await loadConfig(config)).runbooks;
  const shipped = fileURLToPath(new URL(OURS, import.meta.url));
  const file = named ? resolve(named) : (configured ?? (existsSync(here) ? here : shipped));
  if (!existsSync(file)) {
    throw new CliFailure(EXIT.notFound, `there is no file ${file}`, {
      next: 'name the module that exports your runbooks with --runbooks',
    });
  }
  return { file, runbooks: await loadRunbooks(file) };
}
