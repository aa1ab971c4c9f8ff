import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nightshift } from './command-line.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-init-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('an empty folder becomes a repository of runbooks, and what to do next is said', async () => {
  const team = join(folder, 'Our Runbooks');
  const { code, out, err } = await nightshift(['init', team, '--package', '0.1.0', '-o', 'json']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const made = JSON.parse(out) as { files: string[]; next: string[] };
  expect(made).toMatchObject({
    folder: team,
    nightshift: '0.1.0',
    next: [`cd '${team}'`, 'npm install', 'npm run verify', 'npx nightshift runbook new'],
  });
  expect(made.files).toEqual(
    expect.arrayContaining([
      '.github/workflows/ci.yml',
      '.gitignore',
      'README.md',
      'jest.config.mjs',
      'nightshift.config.ts',
      'package.json',
      'runbooks/index.ts',
      'steps/flags/contract.ts',
      'steps/flags/steps.ts',
      'test/steps/flags.test.ts',
      'tsconfig.json',
    ]),
  );
  for (const file of made.files) expect(await readFile(join(team, file), 'utf8')).not.toBe('');
  const own = JSON.parse(await readFile('package.json', 'utf8')) as Record<string, Record<string, string>>;
  expect(JSON.parse(await readFile(join(team, 'package.json'), 'utf8'))).toMatchObject({
    name: 'our-runbooks',
    private: true,
    dependencies: { nightshift: '0.1.0', zod: own['dependencies']?.['zod'] },
    devDependencies: { jest: own['devDependencies']?.['jest'] },
  });
});

test('the archive that is named is kept in the repository', async () => {
  const archive = join(folder, 'nightshift-0.1.0.tgz');
  await writeFile(archive, 'packed');
  const team = join(folder, 'with-archive');
  await mkdir(join(team, '.git'), { recursive: true });
  const { code, out } = await nightshift(['init', team, '--package', archive]);
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('npm run verify') });
  expect(await readFile(join(team, 'vendor', 'nightshift-0.1.0.tgz'), 'utf8')).toBe('packed');
  expect(await readFile(join(team, 'package.json'), 'utf8')).toContain('file:vendor/nightshift-0.1.0.tgz');
});

test('a folder with something in it is refused and stays as it is', async () => {
  const team = join(folder, 'taken');
  await mkdir(team);
  await writeFile(join(team, 'notes.md'), 'mine');
  const refused = await nightshift(['init', team, '--package', '0.1.0']);
  expect(refused).toMatchObject({ code: 3, out: '' });
  expect(refused.err).toContain('is not empty: it has notes.md; nothing was written');
  expect(await readdir(team)).toEqual(['notes.md']);
});

test.each([
  ['a file in the place of a folder', ['package.json', '--package', '0.1.0'], 2, 'is not a folder'],
  ['an archive that is not there', ['new', '--package', 'nowhere.tgz'], 4, 'there is no file'],
])('%s is named', async (_what, args, code, message) => {
  const ran = await nightshift(['init', ...args]);
  expect(ran).toMatchObject({ code, out: '' });
  expect(ran.err).toContain(message);
});
