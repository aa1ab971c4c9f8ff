import type { BinaryName } from './catalogue.ts';

/** The five ways to a program, in the order in which they are tried. */
export type Way = 'environment' | 'path' | 'cache' | 'download' | 'build';

export type Phase = 'waiting' | 'downloading' | 'checking' | 'unpacking' | 'building' | 'failed' | 'ready';

/** What happens while a program is looked for. Libraries emit it, the command line prints it. */
export interface BinaryProgress {
  name: string;
  way: Way;
  phase: Phase;
  /** For people: a version, a size, the package being compiled, why a way failed. */
  detail: string;
  /** Milliseconds since this program was asked for. */
  elapsedMs: number;
}

export type OnProgress = (event: BinaryProgress) => void;

/** What one way reports: the caller adds name, way and elapsed time. */
export type Report = (phase: Phase, detail: string) => void;

/** Why one way did not lead to a program. */
export interface FailedWay {
  way: Way;
  reason: string;
}

const WAY_NAMES: Record<Way, string> = {
  environment: 'environment',
  path: 'PATH',
  cache: 'cache',
  download: 'download',
  build: 'build',
};

/** No way led to the program. The message lists every way with its reason, and what to install. */
export class BinaryNotFoundError extends Error {
  override readonly name = 'BinaryNotFoundError';
  readonly binary: BinaryName;
  readonly ways: readonly FailedWay[];

  constructor({ binary, ways, install }: { binary: BinaryName; ways: FailedWay[]; install: string }) {
    const width = Math.max(...ways.map(({ way }) => WAY_NAMES[way].length));
    const list = ways.map(
      ({ way, reason }) =>
        `  ${WAY_NAMES[way].padEnd(width)}  ${reason.replaceAll('\n', '\n' + ' '.repeat(width + 4))}`,
    );
    super(`${binary} is needed and there is no way to it here:\n${list.join('\n')}\nInstall ${install}.`);
    this.binary = binary;
    this.ways = ways;
  }
}
