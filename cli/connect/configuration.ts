import { findConfig, loadConfig, type Config } from '../../config/index.ts';
import { directories } from '../../embedded/paths.ts';
import type { Io } from '../terminal/io.ts';
import { readLocal } from './local-gateway.ts';

/** The named one; else the one of this directory; else what `up` wrote; else nothing. */
export async function configAt(io: Io, asked: string | undefined): Promise<Config | undefined> {
  if (asked !== undefined) return loadConfig(asked);
  const here = tryFind();
  if (here) return loadConfig(here);
  const local = await readLocal(directories(io.env).state).catch(() => undefined);
  return local && loadConfig(local.config);
}

function tryFind(): string | undefined {
  try {
    return findConfig();
  } catch {
    return undefined;
  }
}
