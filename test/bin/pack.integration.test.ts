/** What `npm pack` makes, unpacked into an empty project with the dependencies beside it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..');
const LIMIT = { timeout: 170_000 };
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
});

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

test('the command line runs, and knows its version and its runbooks', async () => {
  const nightshift = (...args: string[]) =>
    run(process.execPath, [join(installed, 'bin', 'nightshift.mjs'), ...args], { cwd: project, ...LIMIT });
  expect((await nightshift('--version')).stdout.trim()).toBe(manifest.version);
  expect((await nightshift('runbooks', '--help')).stdout).toMatch(/^Usage: nightshift runbooks/);
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
    'nightshift/tickets': expect.arrayContaining(['tickets']),
    'nightshift/kit': expect.arrayContaining(['defineSteps', 'implementChange']),
    'nightshift/config': expect.arrayContaining(['defineConfig']),
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
