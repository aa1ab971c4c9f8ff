import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command.ts';
import { clearStaleDataLock } from './postgres-data-lock.ts';
import { choosePostgresUser, type PostgresUser } from './postgres-user.ts';
import { postgresPrograms, type PostgresPrograms } from './postgres-programs.ts';
import { freePort, isListening, requireFreePort } from './ports.ts';
import { stopLeftover, type StopOptions } from './pid-file.ts';
import { startProcess, waitUntilReady, type RunningProcess } from './processes.ts';
import { withLock } from './lock.ts';

export interface PostgresOptions {
  /** Folder for the data, the password and the log; created. The same folder brings back the same databases. */
  folder: string;
  /** A free one without it. */
  port?: number;
}

export interface Postgres {
  /** For `DATABASE_URL`: superuser `nightshift`, database `nightshift`, with the password. */
  url: string;
  port: number;
  process: RunningProcess;
  stop(): Promise<void>;
}

const USER = 'nightshift';
const DATABASE = 'nightshift';
const INITIALISE_MS = 180_000;
/** Recovery after a crash replays the log first. */
const READY_MS = 180_000;
/** PostgreSQL's fast shutdown: SIGTERM would wait for every client to leave. */
const STOP: StopOptions = { signal: 'SIGINT', deadlineMs: 30_000 };

/** Said although they are the defaults: what the ledger promises stands on them. */
const DURABLE = ['fsync=on', 'full_page_writes=on', 'synchronous_commit=on'];

/**
 * Starts a real PostgreSQL on loopback (TCP only, scram-sha-256) with its data under `folder`; initialises it the first
 * time. Survives being killed: started again with the same folder it recovers, and a server or a lock file that a
 * crash left behind is dealt with. Root cannot run PostgreSQL: then the system user `postgres` does.
 */
export function startPostgres(options: PostgresOptions): Promise<Postgres> {
  return withLock(join(options.folder, 'starting.lock'), () => start(options));
}

async function start({ folder, port: wanted }: PostgresOptions): Promise<Postgres> {
  const programs = postgresPrograms();
  const data = join(folder, 'data');
  const user = await choosePostgresUser([data, programs.postgres]);
  // The other user has to pass through this folder; password and log in it are 0600, the data is 0700.
  await chmod(folder, user.ids ? 0o711 : 0o700);
  const pidFile = join(folder, 'server.pid');
  await stopLeftover(pidFile, STOP);
  const password = await readOrCreatePassword(folder, data);
  if (!(await exists(data))) await initialise({ folder, data, password, programs, user });
  await clearStaleDataLock(data);
  if (wanted) await requireFreePort(wanted, 'PostgreSQL');
  const port = wanted ?? (await freePort());
  const settings = [
    ...DURABLE,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
  ];
  const process = await startProcess({
    name: 'PostgreSQL',
    ...user.commandFor(programs.postgres, [
      '-D',
      data,
      '-p',
      String(port),
      ...settings.flatMap((s) => ['-c', s]),
    ]),
    env: postgresEnvironment(),
    logFile: join(folder, 'server.log'),
    pidFile,
    stopWith: STOP,
  });
  const stop = async () => void (await process.stop());
  const isReady = async () => (await saysReady(data, process.pid)) && (await isListening(port));
  try {
    await waitUntilReady(process, { isReady, deadlineMs: READY_MS });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `postgres://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`, port, process, stop };
}

/** The eighth line of postmaster.pid is what `pg_ctl start --wait` waits for (pg_ctl.c, PM_STATUS_READY). */
async function saysReady(data: string, pid: number): Promise<boolean> {
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
}

async function readOrCreatePassword(folder: string, data: string): Promise<string> {
  const file = join(folder, 'password');
  if (await exists(file)) return (await readFile(file, 'utf8')).trim();
  if (await exists(data))
    throw new Error(
      `${file} is missing, so the database in ${data} cannot be opened. Restore the file, or move ${folder} away to begin with an empty database.`,
    );
  const password = randomBytes(24).toString('hex');
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  return password;
}

/** Makes the data folder beside its place and renames it when complete, so that a crash here leaves nothing half done. */
async function initialise({
  folder,
  data,
  password,
  programs,
  user,
}: {
  folder: string;
  data: string;
  password: string;
  programs: PostgresPrograms;
  user: PostgresUser;
}): Promise<void> {
  const scratch = join(folder, 'initialising');
  const unfinished = join(scratch, 'data');
  const passwordFile = join(scratch, 'password');
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user.ids) for (const path of [scratch, passwordFile]) await chown(path, user.ids.uid, user.ids.gid);
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  const access = [`--username=${USER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const execute = async (program: string, args: string[], input?: string) => {
    const { command, args: full } = user.commandFor(program, args);
    await run(command, full, { timeoutMs: INITIALISE_MS, env: postgresEnvironment(), cwd: '/', input });
  };
  await execute(programs.initdb, [`--pgdata=${unfinished}`, ...locale, ...access]);
  await execute(
    programs.postgres,
    ['--single', '-D', unfinished, 'postgres'],
    `CREATE DATABASE ${DATABASE}\n`,
  );
  await rename(unfinished, data);
  await rm(scratch, { recursive: true });
}

/** Without the person's PG* variables and locale, which would reach into the server. */
function postgresEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
