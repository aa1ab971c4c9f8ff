/** What `npm pack` makes, unpacked into an empty project with the dependencies beside it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..');
const LIMIT_MS = 600_000;
const LIMIT = { timeout: LIMIT_MS };
const run = promisify(execFile);

interface Manifest {
  readonly version: string;
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
}

let project: string;
let installed: string;
let manifest: Manifest;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'nightshift-pack-'));
  installed = join(project, 'node_modules', 'nightshift');
  await mkdir(installed, { recursive: true });
  await run('npm', ['pack', '--silent', '--pack-destination', project], { cwd: ROOT, ...LIMIT });
  manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as Manifest;
  const archive = join(project, `nightshift-${manifest.version}.tgz`);
  await run('tar', ['-xzf', archive, '--strip-components=1', '-C', installed], LIMIT);
  await symlink(join(ROOT, 'node_modules'), join(installed, 'node_modules'));
}, LIMIT_MS);

afterAll(async () => {
  await rm(project, { recursive: true, force: true });
});

/** Runs a module of the project in a Node of its own; answers what it printed as JSON. */
async function printed(source: string): Promise<unknown> {
  const file = join(project, 'module.mjs');
  await writeFile(file, source);
  const { stdout } = await run(process.execPath, [file], { cwd: project, ...LIMIT });
  return JSON.parse(stdout);
}

const nightshift = (args: readonly string[], cwd = project) =>
  run(process.execPath, [join(installed, 'bin', 'nightshift.mjs'), ...args], { cwd, ...LIMIT });

test('the command line runs, and knows its version and its runbooks', async () => {
  expect((await nightshift(['--version'])).stdout.trim()).toBe(manifest.version);
  expect((await nightshift(['runbooks', '--help'])).stdout).toMatch(/^Usage: nightshift runbooks/);
});

test('every entry of "exports" can be imported and has its types', async () => {
  const names = Object.keys(manifest.exports).map((path) => path.replace('.', 'nightshift'));
  const exported = (await printed(`
    const names = ${JSON.stringify(names)};
    const modules = await Promise.all(names.map((name) => import(name)));
    console.log(JSON.stringify(Object.fromEntries(names.map((name, i) => [name, Object.keys(modules[i])]))));
  `)) as Record<string, string[]>;
  expect(Object.keys(exported)).toEqual(names);
  expect(exported).toMatchObject({
    nightshift: expect.arrayContaining(['defineRunbook', 'propose', 'approve', 'carryOut']),
    'nightshift/kubernetes': expect.arrayContaining(['kubernetes']),
    'nightshift/hosts': expect.arrayContaining(['hosts']),
    'nightshift/prometheus': expect.arrayContaining(['prometheus']),
    'nightshift/loki': expect.arrayContaining(['loki']),
    'nightshift/jaeger': expect.arrayContaining(['jaeger']),
    'nightshift/pagerduty': expect.arrayContaining(['pagerduty']),
    'nightshift/tickets': expect.arrayContaining(['tickets']),
    'nightshift/alertmanager': expect.arrayContaining(['alertmanager']),
    'nightshift/alerts': expect.arrayContaining(['alerts']),
    'nightshift/grafana': expect.arrayContaining(['grafana']),
    'nightshift/kit': expect.arrayContaining(['defineSteps', 'implementChange']),
    'nightshift/config': expect.arrayContaining(['defineConfig']),
    'nightshift/eslint': expect.arrayContaining(['default', 'plugin']),
  });
  for (const { types } of Object.values(manifest.exports)) {
    expect(await readFile(join(installed, types), 'utf8')).toContain('export');
  }
});

test('the worker bundles the packed runbooks, and what is not TypeScript came along', async () => {
  const answer = await printed(`
    const packed = (path) => import(new URL('node_modules/nightshift/dist/' + path, import.meta.url).href);
    const { bundleRunbooks } = await packed('worker/versions/bundle.js');
    const { moduleFolder } = await packed('embedded/binaries/modules.js');
    const { helperFiles } = await packed('activities/hosts/helper/files.js');
    const { code } = await bundleRunbooks();
    const key = 'ssh-ed25519 AAAA';
    console.log(JSON.stringify({
      bundled: code.includes('pods-crash-on-one-node'),
      module: moduleFolder('etcd'),
      program: helperFiles({ user: 'oncall', readKey: key, changeKey: key })[0].content.split('\\n')[0],
    }));
  `);
  expect(answer).toEqual({
    bundled: true,
    module: join(installed, 'dist', 'embedded', 'binaries', 'modules', 'etcd'),
    program: expect.stringMatching(/^#!/),
  });
});

/** As npm installs the repository, without a registry: the other packages are those of this tree. */
async function install(team: string, { archive }: { archive: string }): Promise<void> {
  const modules = join(team, 'node_modules');
  const ours = join(ROOT, 'node_modules');
  await mkdir(join(modules, 'nightshift'), { recursive: true });
  await mkdir(join(modules, '.bin'));
  for (const name of await readdir(ours))
    if (!name.startsWith('.')) await symlink(join(ours, name), join(modules, name));
  const unpack = ['-xzf', join(team, archive), '--strip-components=1', '-C', join(modules, 'nightshift')];
  await run('tar', unpack, LIMIT);
  await symlink(join(modules, 'nightshift', 'bin', 'nightshift.mjs'), join(modules, '.bin', 'nightshift'));
  await symlink(join(ours, '.bin', 'tsc'), join(modules, '.bin', 'tsc'));
}

test(
  'a repository that init made in an empty folder, and runbook new added to, verifies itself',
  async () => {
    const team = join(project, 'our-runbooks');
    const made = JSON.parse((await nightshift(['init', team, '-o', 'json'])).stdout) as {
      nightshift: string;
    };
    const archive = `vendor/nightshift-${manifest.version}.tgz`;
    expect(made.nightshift).toBe(`file:${archive}`);
    await install(team, { archive });

    const given = ['queue-grows', '--alert', 'QueueGrows', '--looks-at', 'pods'];
    await nightshift(['runbook', 'new', ...given], team);
    await nightshift(['runbook', 'new', 'look', '--people-only', '--looks-at', 'deployment'], team);
    await nightshift(['runbook', 'new', 'nodes', '--schedule', '0 6 * * *', '--looks-at', 'node'], team);
    await nightshift(['runbook', 'new', 'errors', '--alert', 'Errors', '--looks-at', 'service'], team);
    const types = await run('npm', ['run', '--silent', 'types'], { cwd: team, env: outside(), ...LIMIT });
    expect(types.stdout).toBe('');
    const check = await run('npm', ['run', '--silent', 'check'], { cwd: team, env: outside(), ...LIMIT });
    expect(check.stdout).toMatch(/^5 runbooks, 1 finding\.$/m);
    expect(check.stdout).toMatch(/feature-makes-errors +flags\.set +reversible +1 person/);
    expect(check.stdout).not.toMatch(/Not linted|policy was not asked/);
    const tests = await run('npm', ['test', '--', 'feature-makes-errors', 'queue-grows', 'steps'], {
      ...{ cwd: team, env: outside() },
      ...LIMIT,
    });
    expect(tests.stderr).toMatch(/Tests: +11 passed, 11 total/);

    await writeFile(
      join(team, 'runbooks', 'careless.ts'),
      "import { createFlagClient } from '../steps/flags/client.ts';\nexport default createFlagClient;\n",
    );
    const index = join(team, 'runbooks', 'index.ts');
    await writeFile(index, `${await readFile(index, 'utf8')}export * as careless from './careless.ts';\n`);
    const checked = run('npm', ['run', '--silent', 'check'], { cwd: team, env: outside(), ...LIMIT });
    await expect(checked).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining('(nightshift/imports)'),
    });
  },
  2 * LIMIT_MS,
);

/** The environment of somebody at a shell: without what jest tells its own workers, on the same Node. */
function outside(): NodeJS.ProcessEnv {
  const {
    JEST_WORKER_ID: _,
    NIGHTSHIFT_TEST_DATABASE: __,
    FORCE_COLOR: ___,
    PATH = '',
    ...env
  } = process.env;
  return { ...env, NO_COLOR: '1', PATH: [dirname(process.execPath), PATH].join(delimiter) };
}
