/**
 * Makes what the tests need and npm does not carry: Debian packages (installed with --yes, or after asking on a
 * terminal) and the programs of embedded/binaries. One line a phase.
 */
import { confirm, isCancel } from '@clack/prompts';
import { join } from 'node:path';
import { buildGo, resolveBinaries, type BinaryProgress } from '../../embedded/binaries/index.ts';
import { installPackages, missingPackages } from '../../embedded/system-packages.ts';
import { LAB_PACKAGES } from '../../lab/can.ts';

/** The lab's, and what tests ask besides. */
const PACKAGES = [...LAB_PACKAGES, 'shellcheck', 'python3-aiosmtpd'];

const seconds = (elapsedMs: number) => `${(elapsedMs / 1000).toFixed(1).padStart(6)} s`;

const show = ({ name, way, phase, detail, elapsedMs }: BinaryProgress) =>
  console.log(`${seconds(elapsedMs)}  ${name.padEnd(23)}  ${way.padEnd(11)}  ${phase.padEnd(11)}  ${detail}`);

async function prepare(yes: boolean): Promise<void> {
  const missing = await missingPackages(PACKAGES);
  if (missing.length > 0) {
    if (!yes && !(await mayInstall(missing))) {
      throw new Error(
        `The tests need these Debian packages: ${missing.join(' ')}. Install them (apt-get install ${missing.join(' ')}), or run: npm test -- --yes`,
      );
    }
    await installPackages(missing, {
      onProgress: ({ phase, detail, elapsedMs }) =>
        console.log(`${seconds(elapsedMs)}  ${'packages'.padEnd(23)}  ${phase.padEnd(24)}  ${detail}`),
    });
  }
  await resolveBinaries(undefined, { onProgress: show });
  const dir = join(import.meta.dirname, '..', '..', 'lab', 'payment-service');
  await buildGo({ name: 'payment-service', dir, onProgress: show });
}

async function mayInstall(packages: string[]): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
  const answer = await confirm({
    message: `The tests need Debian packages: ${packages.join(' ')}. Install them now?`,
  });
  return !isCancel(answer) && answer;
}

try {
  await prepare(process.argv.includes('--yes'));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
