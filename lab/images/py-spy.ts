import { chmod, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../../embedded/lock.ts';
import { directories } from '../../embedded/paths.ts';
import { command } from '../machine/command.ts';

const REQUIREMENTS = join(import.meta.dirname, '..', 'debug-image', 'requirements.txt');
const FETCH_MS = 5 * 60_000;

/** The py-spy that requirements.txt pins by hash, from PyPI (its wheel is the program); fetched once for the machine. */
export async function pySpy(): Promise<string> {
  const version = /^py-spy==(\S+)/.exec(await readFile(REQUIREMENTS, 'utf8'))?.[1] ?? '';
  const { cache } = directories();
  const home = join(cache, 'bin', `py-spy-${version}-${process.arch}`);
  const program = join(home, 'bin', 'py-spy');
  return withLock(join(cache, 'locks', 'py-spy'), async () => {
    if (await works(program)) return program;
    await mkdir(home, { recursive: true });
    const pip = ['install', '--quiet', '--no-deps', '--only-binary=:all:', '--require-hashes'];
    await command(['pip3', ...pip, '--upgrade', '--target', home, '-r', REQUIREMENTS], {
      timeout: FETCH_MS,
      env: process.env,
    });
    await chmod(program, 0o755);
    return program;
  });
}

const works = (program: string): Promise<boolean> =>
  command([program, '--version']).then(
    () => true,
    () => false,
  );
