import { access, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CommandError, run } from './command.ts';
import { withLock } from './lock.ts';
import { directories } from './paths.ts';

export interface PackageProgress {
  phase: 'waiting' | 'updating' | 'installing' | 'disabling' | 'ready';
  detail: string;
  elapsedMs: number;
}

export interface InstallOptions {
  onProgress?: (event: PackageProgress) => void;
  signal?: AbortSignal;
}

const QUERY_MS = 30_000;
const UPDATE_MS = 5 * 60_000;
const INSTALL_MS = 20 * 60_000;
const POLICY = '/usr/sbin/policy-rc.d';

const APT = [
  ...['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3', '-o', 'Acquire::http::Timeout=30'],
  ...['-o', 'Dpkg::Options::=--force-confdef', '-o', 'Dpkg::Options::=--force-confold'],
];

/** The Debian packages among `names` that are not installed. Throws on a machine that is not Debian's kind. */
export async function missingPackages(names: readonly string[]): Promise<string[]> {
  const format = '${Package} ${db:Status-Status}\n';
  const stdout = await run('dpkg-query', ['-W', '-f', format, ...names], { timeoutMs: QUERY_MS }).then(
    (result) => result.stdout,
    (error: unknown) => {
      // Exit code 1 means that some are unknown; the others are in the output.
      if (error instanceof CommandError && error.exitCode === 1) return error.stdout;
      throw new Error(
        `Debian packages are needed (${names.join(' ')}), and this machine has no dpkg. Install their counterparts by hand, or use a Debian or Ubuntu machine.`,
        { cause: error },
      );
    },
  );
  const installed = new Set(stdout.split('\n').flatMap((line) => line.match(/^(\S+) installed$/)?.[1] ?? []));
  return names.filter((name) => !installed.has(name));
}

/**
 * Installs Debian packages without questions. The caller has asked the person. The services that some of them bring
 * (prometheus, ssh) are neither started now nor at the next boot: nightshift starts its own.
 */
export async function installPackages(names: readonly string[], options: InstallOptions = {}): Promise<void> {
  if (names.length === 0) return;
  const byHand = `apt-get install --no-install-recommends ${names.join(' ')}`;
  if (process.getuid?.() !== 0) throw new Error(`Installing packages needs root. Run: sudo ${byHand}`);
  const started = Date.now();
  const report = (phase: PackageProgress['phase'], detail: string) =>
    options.onProgress?.({ phase, detail, elapsedMs: Date.now() - started });
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_SUSPEND: '1', LC_ALL: 'C' };
  const onWait = ({ pid }: { pid: number }) => report('waiting', `process ${pid} is installing packages`);
  await withLock(
    join(directories().cache, 'locks', 'apt'),
    async () => {
      report('updating', 'package lists');
      // Lists that cannot be renewed may still do; what is really missing, the install says.
      const listProblem = await run('apt-get', [...APT, 'update'], { timeoutMs: UPDATE_MS, env }).then(
        () => '',
        (error: Error) => `\nThe package lists could not be renewed: ${error.message}`,
      );
      report('installing', names.join(' '));
      const install = ['apt-get', ...APT, 'install', '-y', '--no-install-recommends', ...names];
      try {
        await withoutServiceStarts(install, { env, signal: options.signal });
      } catch (cause) {
        const why = `apt-get could not install ${names.join(' ')}: ${aptReason(cause)}`;
        throw new Error(`${why}${listProblem}\nInstall them by hand: ${byHand}`, { cause });
      }
      const units = await unitsOf(names);
      if (units.length > 0) {
        report('disabling', units.join(' '));
        await disable(units, env);
      }
    },
    { onWait, signal: options.signal },
  );
  const left = await missingPackages(names);
  if (left.length > 0)
    throw new Error(`apt-get ended well, but these are still missing: ${left.join(' ')}. Run: ${byHand}`);
  report('ready', names.join(' '));
}

/**
 * Debian starts a package's services on installation unless /usr/sbin/policy-rc.d says no (exit code 101). Ours says
 * so in a mount namespace of the installation alone: the machine's own file is never changed, whatever happens here.
 */
async function withoutServiceStarts(
  command: string[],
  options: { env: NodeJS.ProcessEnv; signal?: AbortSignal },
) {
  const existed = await exists(POLICY);
  // A mount needs something to cover. An empty file that is not executable means: no policy.
  if (!existed) await writeFile(POLICY, '', { mode: 0o644 });
  const script = [
    'set -e',
    'policy=$(mktemp)',
    'printf "#!/bin/sh\\nexit 101\\n" > "$policy"',
    'chmod 755 "$policy"',
    `mount --bind "$policy" ${POLICY}`,
    'rm "$policy"',
    'exec "$@"',
  ].join('\n');
  try {
    await run('unshare', ['--mount', 'sh', '-c', script, 'sh', ...command], {
      ...options,
      timeoutMs: INSTALL_MS,
    });
  } finally {
    if (!existed) await rm(POLICY, { force: true });
  }
}

/** What apt-get itself says was wrong, where it says so. */
function aptReason(error: unknown): string {
  const said = error instanceof CommandError ? error.stderr.match(/^E: .*$/gm) : null;
  return said?.join('; ') ?? (error as Error).message;
}

/** The systemd units that the packages brought. */
async function unitsOf(names: readonly string[]): Promise<string[]> {
  const { stdout } = await run('dpkg-query', ['-L', ...names], { timeoutMs: QUERY_MS });
  const files = stdout
    .split('\n')
    .filter((file) => /\/lib\/systemd\/system\/[^/@]+\.(service|socket|timer)$/.test(file));
  return [...new Set(files.map((file) => basename(file)))];
}

/** Changes links only, so it works without a running systemd, too. Units that cannot be enabled are passed over. */
async function disable(units: string[], env: NodeJS.ProcessEnv): Promise<void> {
  for (const unit of units) {
    const { stdout } = await run('systemctl', ['is-enabled', unit], { timeoutMs: QUERY_MS, env }).catch(
      (error: unknown) => (error instanceof CommandError ? error : { stdout: '' }),
    );
    if (stdout.trim() === 'enabled') await run('systemctl', ['disable', unit], { timeoutMs: QUERY_MS, env });
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
