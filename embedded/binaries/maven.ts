import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../command.ts';
import type { Report } from './progress.ts';

/** Pinned, so that the plugin that fetches is the same everywhere. */
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
const FETCH_MS = 10 * 60_000;

/**
 * Fetches a Java program's jars with Maven, refuses any whose SHA-256 is not the one in `jars.sha256`, and writes a
 * script `name` that runs it. `folder` is the folder in which the script will stay: `target` is renamed to it.
 */
export async function fetchJavaProgram({
  name,
  module,
  mainClass,
  target,
  env,
  report,
}: {
  name: string;
  module: string;
  mainClass: string;
  target: string;
  env: NodeJS.ProcessEnv;
  report: Report;
}): Promise<void> {
  await requireCommand('java', ['-version'], { env });
  const work = join(target, 'fetch');
  const lib = join(target, 'lib');
  await mkdir(work);
  await cp(join(module, 'pom.xml'), join(work, 'pom.xml'));
  report('downloading', 'jars, with Maven');
  const args = ['-q', '-B', '-ntp', COPY, '-DincludeScope=runtime', `-DoutputDirectory=${lib}`];
  await requireCommand('mvn', args, { env, cwd: work });
  report('checking', 'SHA-256 of every jar');
  await checkJars(lib, await readFile(join(module, 'jars.sha256'), 'utf8'));
  const script = join(target, name);
  await writeFile(
    script,
    `#!/bin/sh\nexec java -cp "$(dirname "$(readlink -f "$0")")/lib/*" ${mainClass} "$@"\n`,
  );
  await chmod(script, 0o755);
}

async function requireCommand(
  command: string,
  args: string[],
  options: { env: NodeJS.ProcessEnv; cwd?: string },
): Promise<void> {
  try {
    await run(command, args, { ...options, timeoutMs: FETCH_MS });
  } catch (error) {
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
    if (cause?.code === 'ENOENT') throw new Error(`there is no ${command} on PATH`, { cause: error });
    throw error;
  }
}

/** `pinned` is what `sha256sum *.jar` prints. */
export async function checkJars(lib: string, pinned: string): Promise<void> {
  const expected = new Map(
    pinned
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+\*?/).reverse() as [string, string]),
  );
  for (const jar of await readdir(lib)) {
    const hash = createHash('sha256')
      .update(await readFile(join(lib, jar)))
      .digest('hex');
    if (expected.get(jar) !== hash)
      throw new Error(
        `${jar} has SHA-256 ${hash}, pinned is ${expected.get(jar) ?? 'no such jar'}. It is not used.`,
      );
    expected.delete(jar);
  }
  if (expected.size > 0) throw new Error(`Maven did not deliver ${[...expected.keys()].join(', ')}`);
}
