import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { run } from '../command.ts';
import { BINARIES, environmentVariable, type Binary, type BinaryName } from './catalogue.ts';

export type Found = { path: string; detail: string } | { reason: string };

/**
 * The program that the environment names. A variable that names something unusable is an error, not a reason to go
 * on: the person meant that program.
 */
export async function findInEnvironment(name: BinaryName, env: NodeJS.ProcessEnv): Promise<Found> {
  const variable = environmentVariable(name);
  const value = env[variable];
  if (!value) return { reason: `${variable} is not set` };
  const path = resolve(value);
  if (await isExecutable(path)) return { path, detail: variable };
  throw new Error(`${variable} names ${path}, which is not an executable file. Correct it, or unset it.`);
}

/** The first program of that name on PATH with an accepted version; others are passed over with the reason. */
export async function findOnPath(name: BinaryName, env: NodeJS.ProcessEnv): Promise<Found> {
  const binary: Binary = BINARIES[name];
  const reasons: string[] = [];
  for (const folder of (env.PATH ?? '').split(delimiter).filter((entry) => entry.startsWith('/'))) {
    const path = join(folder, name);
    if (!(await isExecutable(path))) continue;
    const verdict = await checkVersion(binary, path);
    if (verdict.accepted) return { path, detail: verdict.detail };
    reasons.push(`${path} ${verdict.detail}`);
  }
  return { reason: reasons.join('; ') || `no ${name} on PATH` };
}

async function checkVersion(binary: Binary, path: string): Promise<{ accepted: boolean; detail: string }> {
  const { ask, accepts } = binary;
  if (!ask || !accepts) return { accepted: false, detail: 'cannot tell its version' };
  try {
    const { stdout, stderr } = await run(path, ask.args, { timeoutMs: 10_000 });
    const version = ask.pattern
      .exec(stdout || stderr)
      ?.slice(1)
      .join(' with server ');
    if (!version)
      return { accepted: false, detail: `does not tell its version when asked with ${ask.args.join(' ')}` };
    if (accepts.test(version)) return { accepted: true, detail: version };
    return {
      accepted: false,
      detail: `is version ${version}, needed is ${binary.version} or another patch of it`,
    };
  } catch (error) {
    return { accepted: false, detail: `does not run: ${(error as Error).message}` };
  }
}

export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
