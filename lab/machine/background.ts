import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { identify, isAlive, type ProcessIdentity } from './process-table.ts';

export interface BackgroundProcess {
  /** What people call it: `etcd`, `kube-apiserver`, `node-worker-1`. */
  readonly part: string;
  readonly argv: readonly string[];
  /** Joined before the program starts, so that no moment exists in which a teardown could miss it. */
  readonly cgroups: readonly string[];
  readonly stateDirectory: string;
  readonly env?: NodeJS.ProcessEnv;
}

const JOIN =
  'while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs" || exit 125; shift; done; shift; exec "$@"';

/** Starts a process that outlives this one; its output goes to `logs/PART.log`, its argv and identity to `parts/PART.json`. */
export function startBackground(wanted: BackgroundProcess): ProcessIdentity {
  const logFile = join(wanted.stateDirectory, 'logs', `${wanted.part}.log`);
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a');
  const child = spawn('/bin/sh', ['-c', JOIN, 'sh', ...wanted.cgroups, '--', ...wanted.argv], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: wanted.stateDirectory,
    env: wanted.env ?? { PATH: process.env.PATH, HOME: wanted.stateDirectory },
  });
  closeSync(log);
  child.on('error', () => undefined);
  child.unref();
  const started = child.pid === undefined ? undefined : identify(child.pid);
  if (!started) throw new Error(`${wanted.part} could not be started; ${logFile} may say why`);
  const file = partFile(wanted.stateDirectory, wanted.part);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ ...wanted, process: started }, undefined, 2));
  return started;
}

interface RecordedPart extends BackgroundProcess {
  readonly process: ProcessIdentity;
}

/** How a part was last started and as which process; undefined when it never was. */
export function readPart(stateDirectory: string, part: string): RecordedPart | undefined {
  try {
    return JSON.parse(readFileSync(partFile(stateDirectory, part), 'utf8')) as RecordedPart;
  } catch {
    return undefined;
  }
}

export function isRunning(stateDirectory: string, part: string): boolean {
  const recorded = readPart(stateDirectory, part);
  return recorded !== undefined && isAlive(recorded.process);
}

/** The last lines that a part wrote, for an error message. */
export function tailOfLog(stateDirectory: string, part: string, lines = 8): string {
  try {
    return readFileSync(join(stateDirectory, 'logs', `${part}.log`), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(-lines)
      .join('\n');
  } catch {
    return '';
  }
}

export function forgetParts(stateDirectory: string): void {
  rmSync(join(stateDirectory, 'parts'), { recursive: true, force: true });
}

function partFile(stateDirectory: string, part: string): string {
  return join(stateDirectory, 'parts', `${part}.json`);
}
