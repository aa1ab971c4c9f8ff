import { run } from '../command.ts';
import type { Report } from './progress.ts';

/** A cold build of the largest takes about five minutes on two cores. */
const BUILD_MS = 30 * 60_000;
const REPORT_EVERY_MS = 5_000;

export interface GoBuild {
  /** Folder with go.mod and go.sum; go.sum pins what is compiled. */
  folder: string;
  package: string;
  /** Where the program is written. */
  output: string;
  ldflags: string;
  env: NodeJS.ProcessEnv;
  report: Report;
}

/** Builds one static Go program exactly as its go.mod and go.sum say; refuses to change either. */
export async function buildGoProgram({
  folder,
  package: target,
  output,
  ldflags,
  env,
  report,
}: GoBuild): Promise<void> {
  let packages = 0;
  let reportedAt = Date.now();
  report('building', target);
  const onLine = (line: string) => {
    const isPackage = !line.startsWith('go: ');
    if (isPackage) packages++;
    if (Date.now() - reportedAt < REPORT_EVERY_MS) return;
    reportedAt = Date.now();
    report('building', isPackage ? `${packages} packages compiled, now ${line}` : line.slice('go: '.length));
  };
  const args = ['build', '-v', '-mod=readonly', '-trimpath', '-ldflags', ldflags, '-o', output, target];
  const environment = { ...env, CGO_ENABLED: '0', GOWORK: 'off' };
  try {
    await run('go', args, { cwd: folder, env: environment, timeoutMs: BUILD_MS, onLine });
  } catch (error) {
    if (isMissing(error)) throw new Error('there is no go on PATH', { cause: error });
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
  return cause?.code === 'ENOENT';
}
