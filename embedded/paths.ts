import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where nightshift keeps things on this machine. Both are absolute. */
export interface Directories {
  /** Databases, logs, keys: losing it loses runs. */
  state: string;
  /** Downloads and builds: may be deleted at any time. */
  cache: string;
}

/**
 * The state and cache directories (XDG base directories). `NIGHTSHIFT_HOME` moves both:
 * `$NIGHTSHIFT_HOME/state` and `$NIGHTSHIFT_HOME/cache`. Nothing is created here.
 */
export function directories(env: NodeJS.ProcessEnv = process.env): Directories {
  if (env.NIGHTSHIFT_HOME) {
    const home = resolve(env.NIGHTSHIFT_HOME);
    return { state: join(home, 'state'), cache: join(home, 'cache') };
  }
  const home = env.HOME ?? homedir();
  return {
    state: join(xdg(env.XDG_STATE_HOME) ?? join(home, '.local', 'state'), 'nightshift'),
    cache: join(xdg(env.XDG_CACHE_HOME) ?? join(home, '.cache'), 'nightshift'),
  };
}

/** The XDG specification ignores relative paths. */
function xdg(value: string | undefined): string | undefined {
  return value?.startsWith('/') ? value : undefined;
}
