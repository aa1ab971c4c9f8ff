import type { Readable, Writable } from 'node:stream';
import { createScreen, type Screen } from '../render/screen.ts';

/** Where the command reads and writes: the process's own streams, or a test's. */
export interface Io {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Somebody sits at a terminal: questions may be asked. */
  readonly interactive: boolean;
  /** Standard output is a terminal: lines may be redrawn. */
  readonly redraws: boolean;
  /** Aborted by the first Ctrl-C. */
  readonly interrupted: AbortSignal;
  /** Called by a command that stops things in order after a Ctrl-C; without it the process ends at once. */
  readonly endsInOrder: () => void;
  readonly screen: () => Screen;
}

const MIN_WIDTH = 30;
const PIPE_WIDTH = 100;

export function createIo(
  process: NodeJS.Process,
  { interrupted, endsInOrder }: Pick<Io, 'interrupted' | 'endsInOrder'>,
): Io {
  const { stdin, stdout, stderr, env } = process;
  const dumb = env['TERM'] === 'dumb';
  return {
    stdin,
    stdout,
    stderr,
    env,
    interactive: stdin.isTTY && stdout.isTTY && !env['CI'],
    redraws: stdout.isTTY && !dumb,
    interrupted,
    endsInOrder,
    screen: () =>
      createScreen({
        width: Math.max(MIN_WIDTH, widthOf(env['COLUMNS']) ?? (stdout.isTTY ? stdout.columns : PIPE_WIDTH)),
        colour: wantsColour(env, stdout.isTTY && !dumb),
        now: new Date(),
        timeZone: env['TZ'] ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
      }),
  };
}

/** NO_COLOR (no-color.org) wins over everything, FORCE_COLOR over the absence of a terminal. */
export function wantsColour(env: Io['env'], terminal: boolean): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] !== undefined) return env['FORCE_COLOR'] !== '0';
  return terminal;
}

function widthOf(columns: string | undefined): number | undefined {
  const width = Number(columns);
  return Number.isInteger(width) && width > 0 ? width : undefined;
}

export const printLines = ({ stdout }: Pick<Io, 'stdout'>, lines: readonly string[]): void => {
  stdout.write(`${lines.join('\n')}\n`);
};
