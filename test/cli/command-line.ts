import { PassThrough } from 'node:stream';
import { runCommandLine } from '../../cli/run-command-line.ts';
import type { Io } from '../../cli/terminal/io.ts';
import { screenOf } from './render/samples.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process, without a terminal unless `io` says otherwise. */
export async function nightshift(
  args: readonly string[],
  { env = {}, stdin = '', io = {} }: { env?: Io['env']; stdin?: string; io?: Partial<Io> } = {},
): Promise<Ran> {
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  streams.stdin.end(stdin);
  const chunks = { out: '', err: '' };
  streams.stdout.on('data', (chunk: Buffer) => (chunks.out += chunk.toString('utf8')));
  streams.stderr.on('data', (chunk: Buffer) => (chunks.err += chunk.toString('utf8')));
  const code = await runCommandLine(args, {
    ...streams,
    env: { NIGHTSHIFT_HOME: '/nonexistent/nightshift', ...env },
    interactive: false,
    redraws: false,
    interrupted: new AbortController().signal,
    endsInOrder: () => {},
    screen: () => screenOf(80),
    ...io,
  });
  await new Promise((resolve) => setImmediate(resolve));
  return { code, ...chunks };
}
