import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { run } from './command.ts';

/** How to start one of PostgreSQL's programs as somebody other than root, which it refuses to run as. */
export interface PostgresUser {
  /** Undefined: we are not root, everything runs as ourselves. */
  ids: { uid: number; gid: number } | undefined;
  /** The command line that starts `command` as that user. */
  commandFor(command: string, args: string[]): { command: string; args: string[] };
}

/**
 * Chooses who runs PostgreSQL: ourselves, or for root the system user `postgres`, created when missing. Where that user
 * cannot reach `paths` (root's home is closed to others), its processes get the one capability to read and search
 * directories, by setpriv; the permissions of the directories stay as they are.
 */
export async function choosePostgresUser(paths: string[]): Promise<PostgresUser> {
  if (process.getuid?.() !== 0) return { ids: undefined, commandFor: (command, args) => ({ command, args }) };
  const ids = (await lookUp()) ?? (await create());
  const reachable = (await Promise.all(paths.map((path) => canReach(path, ids)))).every(Boolean);
  const privileges = reachable
    ? []
    : ['--inh-caps', '+dac_read_search', '--ambient-caps', '+dac_read_search'];
  const prefix = ['--reuid', String(ids.uid), '--regid', String(ids.gid), '--clear-groups', ...privileges];
  return {
    ids,
    commandFor: (command, args) => ({ command: 'setpriv', args: [...prefix, '--', command, ...args] }),
  };
}

async function lookUp(): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const { stdout } = await run('getent', ['passwd', 'postgres'], { timeoutMs: 10_000 });
    const [, , uid, gid] = stdout.split(':');
    return { uid: Number(uid), gid: Number(gid) };
  } catch {
    return undefined;
  }
}

async function create(): Promise<{ uid: number; gid: number }> {
  const args = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'];
  try {
    await run('useradd', args, { timeoutMs: 10_000 });
  } catch (cause) {
    throw new Error(
      'PostgreSQL does not run as root, and the user postgres could not be created. Create it (useradd --system postgres), run nightshift as another user, or set DATABASE_URL.',
      { cause },
    );
  }
  const ids = await lookUp();
  if (!ids) throw new Error('The user postgres was created and cannot be found. Set DATABASE_URL instead.');
  return ids;
}

/** Whether every directory above `path` lets that user through. */
async function canReach(path: string, { uid, gid }: { uid: number; gid: number }): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { mode, uid: owner, gid: group } = await stat(folder);
    const search = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
    if ((mode & search) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
