import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * Runs a command with our terminal, passes signals on, and resolves with its exit code (128 + n when signal n ended it).
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, output?: { write(chunk: Buffer): void } }} [options] output: where what
 *   it prints goes instead, for a command that runs beside another and is asked nothing
 * @returns {Promise<number>}
 */
export function runChild(command, args, { output, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...options,
      stdio: output ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    });
    child.stdout?.on('data', (chunk) => output.write(chunk));
    child.stderr?.on('data', (chunk) => output.write(chunk));
    // The terminal sends Ctrl-C to the whole foreground group: the child has it already.
    const onInterrupt = () => process.stdin.isTTY || child.kill('SIGINT');
    const onTerminate = () => child.kill('SIGTERM');
    const onHangUp = () => child.kill('SIGHUP');
    process.on('SIGINT', onInterrupt).on('SIGTERM', onTerminate).on('SIGHUP', onHangUp);
    const settle = (finish, value) => {
      process.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate).off('SIGHUP', onHangUp);
      finish(value);
    };
    child.once('error', (error) => settle(reject, error));
    child.once(output ? 'close' : 'exit', (code, signal) =>
      settle(resolve, code ?? 128 + (constants.signals[signal] ?? 0)),
    );
  });
}
