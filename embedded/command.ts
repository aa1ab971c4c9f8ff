import { spawn, type SpawnOptions } from 'node:child_process';
import { endWithUs } from './end-with-us.ts';

export interface CommandResult {
  stdout: string;
  stderr: string;
}

export interface CommandOptions extends Pick<SpawnOptions, 'cwd' | 'env' | 'uid' | 'gid'> {
  timeoutMs: number;
  /** Standard input; closed at once without it. */
  input?: string;
  signal?: AbortSignal;
  /** Whole lines of standard error, as they come. */
  onLine?: (line: string) => void;
}

/** A command that could not start, ended with another code than 0, or took too long. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly stdout: string;
  readonly stderr: string;
  /** Undefined when it did not end by itself. */
  readonly exitCode: number | undefined;

  constructor(message: string, facts: CommandResult & { exitCode?: number | null }, options?: ErrorOptions) {
    super(message, options);
    this.stdout = facts.stdout;
    this.stderr = facts.stderr;
    this.exitCode = facts.exitCode ?? undefined;
  }
}

const KEPT = 64 * 1024;

/**
 * Runs a command to its end without a shell and with a deadline. The command leads its own process
 * group, so that a deadline ends what it started, too; a signal that ends us ends it as well. At most the last 64 KiB of each stream are kept.
 */
export function run(command: string, args: string[], options: CommandOptions): Promise<CommandResult> {
  const { timeoutMs, signal, onLine, input, ...spawnOptions } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...spawnOptions,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const shown = [command, ...args].join(' ').slice(0, 200);
    // A command that ends without reading its input is judged by its exit code.
    child.stdin.on('error', () => undefined).end(input);
    const release = child.pid ? endWithUs(child.pid) : undefined;
    let stdout = '';
    let stderr = '';
    let partial = '';
    let ending: string | undefined;
    const end = (why: string) => {
      ending = why;
      killGroup(child.pid);
    };
    const timer = setTimeout(() => end(`took longer than ${Math.round(timeoutMs / 1000)} s`), timeoutMs);
    const abort = () => end('was cancelled');
    signal?.addEventListener('abort', abort, { once: true });
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout = (stdout + chunk).slice(-KEPT)));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr = (stderr + chunk).slice(-KEPT);
      const lines = (partial + chunk).split('\n');
      partial = lines.pop() ?? '';
      for (const line of lines) onLine?.(line);
    });
    const settle = (error?: CommandError) => {
      clearTimeout(timer);
      release?.();
      signal?.removeEventListener('abort', abort);
      if (error) reject(error);
      else resolve({ stdout, stderr });
    };
    child.once('error', (cause) =>
      settle(new CommandError(`${command} cannot be run: ${cause.message}`, { stdout, stderr }, { cause })),
    );
    child.once('close', (code, by) => {
      const why =
        ending ?? (code === 0 ? undefined : by ? `was ended by ${by}` : `failed with exit code ${code}`);
      const facts = { stdout, stderr, exitCode: ending ? undefined : code };
      settle(why ? new CommandError(`\`${shown}\` ${why}${lastLines(stderr || stdout)}`, facts) : undefined);
    });
    if (signal?.aborted) abort();
  });
}

function lastLines(text: string): string {
  const lines = text.trim().split('\n').slice(-5).join('\n');
  return lines ? `:\n${lines}` : '';
}

function killGroup(pid: number | undefined): void {
  if (!pid) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}
