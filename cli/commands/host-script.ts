import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import type { Io } from '../terminal/io.ts';

/**
 * Runs a script as root on a host and gives the lines that it printed. By the system's own ssh, with the person's keys
 * and known hosts; an unknown host key is refused, not accepted.
 */
export async function runAsRoot(
  { env }: Io,
  { host, script }: { host: string; script: string },
): Promise<string[]> {
  const child = spawn(
    'ssh',
    ['-o', 'StrictHostKeyChecking=yes', '-o', 'ConnectTimeout=15', '--', host, 'sudo', 'sh', '-s'],
    {
      env: { ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // A connection that is refused closes the pipe before the script is written; the exit code tells.
  child.stdin.on('error', () => {});
  child.stdin.end(script);
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code === 0) return out.split('\n').filter(Boolean);
  throw new CliFailure(
    code === 255 ? EXIT.unreachable : EXIT.failed,
    `${host}: ${err.trim() || `exit code ${code}`}`,
    {
      next:
        code === 255
          ? `try "ssh ${host}"; its host key must be known`
          : 'the script can be read with --print and run by hand as root',
    },
  );
}
