import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where `up` keeps what it makes; all below the state directory. */
export interface StateFiles {
  readonly folder: string;
  readonly temporal: string;
  readonly postgres: string;
  readonly keys: string;
  readonly tickets: string;
  readonly logs: string;
  readonly config: string;
  readonly databaseUrl: string;
  readonly webhookToken: string;
  readonly witness: string;
}

export function stateFiles(folder: string): StateFiles {
  const at = (name: string) => join(folder, name);
  return {
    folder,
    temporal: at('temporal'),
    postgres: at('postgres'),
    keys: at('keys'),
    tickets: at('tickets'),
    logs: at('logs'),
    config: at('nightshift.config.json'),
    databaseUrl: at('database-url'),
    webhookToken: at('webhook-token'),
    witness: at('checkpoints.txt'),
  };
}

/** The state directory is passed through by PostgreSQL's own user when we are root, and listed by nobody else. */
export async function makeFolders(files: StateFiles): Promise<void> {
  await mkdir(files.folder, { recursive: true, mode: 0o711 });
  await chmod(files.folder, 0o711);
  for (const folder of [files.keys, files.tickets, files.logs])
    await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** Written beside and renamed, so that nobody reads half of it; readable by its owner only. */
export async function writePrivate(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, file);
}

/** A random secret that stays the same from one `up` to the next. */
export async function keptSecret(file: string): Promise<string> {
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept.trim() !== '') return kept.trim();
  const secret = randomBytes(32).toString('base64url');
  await writePrivate(file, `${secret}\n`);
  return secret;
}
