import { join } from 'node:path';
import { confirm, isCancel } from '@clack/prompts';
import { installPackages, missingPackages } from '../../embedded/system-packages.ts';
import { directories } from '../../embedded/paths.ts';
import { can, createLab, findLabs, type Lab, type LabEvent } from '../../lab/index.ts';
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
  const { possible, packages, missing, without } = can();
  if (!possible) {
    if (missing.some((what) => !what.includes('Debian packages'))) throw impossible(missing, without);
    await install(await missingPackages(packages), of);
  }
  const name = of.name ?? (await ownName(directories(of.io.env).state));
  return createLab({ name, onProgress: labEvents(of.progress) });
}

/** `lab`, or `lab2` and so on where a lab of that name belongs to somebody else's state directory. */
async function ownName(state: string): Promise<string> {
  const labs = await findLabs();
  const others = new Set(
    labs.filter((lab) => lab.stateDirectory !== join(state, 'labs', lab.name)).map((lab) => lab.name),
  );
  let number = 1;
  const name = () => (number === 1 ? 'lab' : `lab${number}`);
  while (others.has(name())) number += 1;
  return name();
}

const impossible = (missing: readonly string[], without: string): CliFailure =>
  new CliFailure(
    EXIT.failed,
    `the lab cannot run on this machine. Missing:\n${missing.map((what) => `  ${what}`).join('\n')}\n${without}`,
    { next: '"nightshift start --context NAME" runs a harmless runbook on a cluster of yours' },
  );

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
