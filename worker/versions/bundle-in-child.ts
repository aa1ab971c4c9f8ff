import { fork } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runbooksEntry } from './bundle.ts';

/**
 * As bundleRunbooks, or bundleCatalogue where a catalogue is named, in a process that ends: bundling takes a quarter of a
 * gigabyte, which a worker would keep for good. Throws what the bundler says of code that it cannot bundle.
 */
export async function bundleInChild({
  entry = runbooksEntry,
  catalogue,
}: {
  readonly entry?: URL | undefined;
  readonly catalogue?: URL | undefined;
} = {}): Promise<string> {
  const program = new URL(`./bundle-program${extname(import.meta.url)}`, import.meta.url);
  const child = fork(
    fileURLToPath(program),
    catalogue ? ['catalogue', catalogue.href] : ['entry', entry.href],
    {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      // The parent's standard output is for its ready line.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  );
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(
      `bundling the runbooks ended with ${signal ?? `code ${code}`} before it was done; is there enough memory?`,
    );
  });
  const [answer] = (await Promise.race([once(child, 'message'), ended])) as [
    { code?: string; error?: string },
  ];
  if (answer.code === undefined) throw new Error(`the runbooks cannot be bundled: ${answer.error}`);
  return answer.code;
}
