import { confirm, isCancel } from '@clack/prompts';
import { installPackages, missingPackages } from '../../embedded/system-packages.ts';
import { can, createLab, LabImpossible, type Lab, type LabEvent } from '../../lab/index.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import type { Io } from '../terminal/io.ts';
import type { Progress } from '../terminal/progress.ts';

/** A lab that this machine can run, once its Debian packages are there: installed after asking, with --yes, or in CI. */
export async function obtainLab(of: {
  io: Io;
  progress: Progress;
  yes: boolean;
  name?: string;
}): Promise<Lab> {
  const capability = can();
  if (!capability.possible) {
    const { packages, missing } = capability;
    const others = missing.filter((what) => !what.includes('Debian packages'));
    if (others.length > 0) throw new LabImpossible(missing);
    await install(await missingPackages(packages), of);
  }
  return createLab({ ...(of.name ? { name: of.name } : {}), onProgress: labEvents(of.progress) });
}

async function install(
  packages: readonly string[],
  { io, progress, yes }: { io: Io; progress: Progress; yes: boolean },
): Promise<void> {
  if (packages.length === 0) return;
  const list = packages.join(' ');
  if (!yes && !io.env['CI']) {
    if (!io.interactive) {
      throw new CliFailure(EXIT.usage, `the lab needs these Debian packages: ${list}`, {
        next: 'pass --yes to have them installed, or set CI=true',
      });
    }
    const agreed = await confirm({
      message: `Install these Debian packages? ${list}`,
      input: io.stdin,
      output: io.stdout,
    });
    if (isCancel(agreed) || !agreed) {
      throw new CliFailure(EXIT.refused, 'the lab needs packages that were not installed', {
        next: `apt-get install ${list}`,
      });
    }
  }
  await progress.stage('Debian packages', (detail) =>
    installPackages(packages, {
      signal: io.interrupted,
      onProgress: (event) => detail(`${event.phase} ${event.detail}`),
    }),
  );
}

/** Prints each stage of the lab's as it ends; notes in between are said while the stage around them lasts. */
export const labEvents =
  (progress: Progress) =>
  ({ kind, message, took = 0 }: LabEvent): void => {
    if (kind === 'done') progress.say(`    ${message} (${(took / 1000).toFixed(1)} s)`);
    else progress.detail(message);
  };
