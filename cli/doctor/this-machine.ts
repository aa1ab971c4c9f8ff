import { stat } from 'node:fs/promises';
import {
  BINARIES,
  BINARY_NAMES,
  environmentVariable,
  type BinaryName,
} from '../../embedded/binaries/catalogue.ts';
import { cacheEntry } from '../../embedded/binaries/cache.ts';
import { findInEnvironment, findOnPath, isExecutable } from '../../embedded/binaries/find.ts';
import { directories } from '../../embedded/paths.ts';
import { isListening } from '../../embedded/ports.ts';
import { can } from '../../lab/index.ts';
import { localFile, readLocal } from '../connect/local-gateway.ts';
import { stateFiles } from '../up/state-files.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

const LEAST_NODE = [22, 19] as const;

export function nodeVersion(version = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const enough = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
  return enough
    ? ok('Node.js', version)
    : fail(
        'Node.js',
        `${version} is too old`,
        `install Node.js ${LEAST_NODE.join('.')} or newer; npm scripts bring their own`,
      );
}

/** Which of the five ways leads to each program; making one is left to `up` and `lab up`. */
export async function binaries(env: NodeJS.ProcessEnv): Promise<readonly Finding[]> {
  return Promise.all(BINARY_NAMES.map((name) => binary(name, env)));
}

async function binary(name: BinaryName, env: NodeJS.ProcessEnv): Promise<Finding> {
  try {
    for (const find of [findInEnvironment, findOnPath]) {
      const found = await find(name, env);
      if ('path' in found) return ok(name, `${found.path} (${found.detail})`);
    }
  } catch (error) {
    return fail(name, (error as Error).message, `unset ${environmentVariable(name)} or correct it`);
  }
  const cached = cacheEntry(directories(env).cache, { name, version: BINARIES[name].version });
  if (await isExecutable(cached)) return ok(name, `${BINARIES[name].version}, in the cache`);
  return warn(
    name,
    'not here yet',
    `fetched or built when it is first needed; or install ${BINARIES[name].install}`,
  );
}

export function laboratory(): readonly Finding[] {
  const { possible, missing, notes, packages } = can();
  const fix =
    packages.length > 0
      ? `"nightshift lab up --yes" installs the packages`
      : 'everything but the lab works here';
  if (!possible) return missing.map((what) => warn('lab', `missing: ${what}`, fix));
  return notes.length > 0
    ? notes.map((note) => warn('lab', note, 'nothing to do'))
    : [ok('lab', 'this machine can run one')];
}

/** In use by another program is no fault: `up` takes a free port then. */
export async function ports(env: NodeJS.ProcessEnv): Promise<readonly Finding[]> {
  const local = await readLocal(directories(env).state).catch(() => undefined);
  const wished = { gateway: 7070, Temporal: 7233, 'Temporal UI': 8233, PostgreSQL: 5432 };
  return Promise.all(
    Object.entries(wished).map(async ([name, port]) => {
      if (!(await isListening(port))) return ok(`port ${port}`, `free for ${name}`);
      const ours = local !== undefined && JSON.stringify(local).includes(`:${port}`);
      return ours
        ? ok(`port ${port}`, `${name} of nightshift here`)
        : warn(
            `port ${port}`,
            'in use by something else',
            `nothing: "nightshift up" takes another port for ${name}`,
          );
    }),
  );
}

/** What holds secrets must be readable by its owner only. */
export async function stateDirectory(env: NodeJS.ProcessEnv): Promise<readonly Finding[]> {
  const { state } = directories(env);
  const files = stateFiles(state);
  const there = await stat(state).catch(() => undefined);
  if (!there) return [ok('state', `${state} does not exist yet; "nightshift up" makes it`)];
  const secret = [localFile(state), files.databaseUrl, files.webhookToken, files.config, files.keys];
  const findings = await Promise.all(
    secret.map(async (file) => {
      const found = await stat(file).catch(() => undefined);
      return found && (found.mode & 0o077) !== 0
        ? [
            fail(
              'state',
              `${file} is open to other users (mode ${(found.mode & 0o777).toString(8)})`,
              `chmod go= ${file}`,
            ),
          ]
        : [];
    }),
  );
  const open = findings.flat();
  return open.length > 0 ? open : [ok('state', `${state}: secrets are readable by their owner only`)];
}
