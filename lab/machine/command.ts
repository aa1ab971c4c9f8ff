import { spawn } from 'node:child_process';

export interface CommandOptions {
  /** Milliseconds; the command is killed when they have passed. Default 180,000. */
  readonly timeout?: number;
  readonly input?: string | Buffer;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
}

/** A command of the machine that ended with an error, or did not end in time. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly argv: readonly string[];
  readonly exitCode: number | null;
  readonly stderr: string;

  constructor(facts: {
    argv: readonly string[];
    exitCode: number | null;
    stderr: string;
    reason: string;
    cause?: unknown;
  }) {
    const said = facts.stderr.trim().split('\n').slice(-5).join('\n');
    super(`\`${facts.argv.join(' ')}\` ${facts.reason}${said ? `: ${said}` : ''}`, { cause: facts.cause });
    this.argv = facts.argv;
    this.exitCode = facts.exitCode;
    this.stderr = facts.stderr;
  }
}

/** Runs one command to its end. Every command of the lab has a time limit: a hung `ip` must not hang a teardown. */
export function command(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const { timeout = 180_000, input, cwd, env } = options;
  const [file = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, timeout);
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    // A command may leave without reading its input.
    child.stdin.on('error', () => undefined).end(input ?? '');
    child.on('error', (cause) => {
      clearTimeout(timer);
      reject(new CommandFailed({ argv, exitCode: null, stderr, reason: 'could not be started', cause }));
    });
    child.on('close', (exitCode, signal) => {
      clearTimeout(timer);
      if (exitCode === 0) return resolve({ stdout, stderr });
      const reason = late
        ? `did not end within ${timeout} ms`
        : signal
          ? `was killed by ${signal}`
          : `failed (exit code ${exitCode})`;
      reject(new CommandFailed({ argv, exitCode, stderr, reason }));
    });
  });
}

/** Runs a command whose failure is an answer (the thing is not there): undefined instead of an error. */
export async function attempt(
  argv: readonly string[],
  options?: CommandOptions,
): Promise<CommandResult | undefined> {
  try {
    return await command(argv, options);
  } catch (error) {
    if (error instanceof CommandFailed) return undefined;
    throw error;
  }
}
