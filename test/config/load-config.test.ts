import { mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { loadConfig } from '../../config/index.ts';

const cwd = process.cwd();
const configModule = resolve('config/index.ts');
const folder = () => realpathSync(mkdtempSync(join(tmpdir(), 'nightshift-config-')));
afterEach(() => {
  process.chdir(cwd);
  delete process.env['NIGHTSHIFT_CONFIG'];
});

const json = (deployment: string) =>
  JSON.stringify({ deployment, stateDir: 'state', database: { url: { env: 'DATABASE_URL' } } });

test('a TypeScript configuration is imported as it is', async () => {
  const dir = folder();
  writeFileSync(
    join(dir, 'nightshift.config.ts'),
    `import { defineConfig, secret, type PolicyFunction } from ${JSON.stringify(configModule)};
     const policy: PolicyFunction = () => ({ people: 4 });
     export default defineConfig({ deployment: 'typed', stateDir: 'state', database: { url: secret.env('X') }, policy });`,
  );
  const config = await loadConfig(join(dir, 'nightshift.config.ts'));
  expect(config.deployment).toBe('typed');
  expect(config.stateDir).toBe(join(dir, 'state'));
  expect(config.policy).toBeInstanceOf(Function);
});

test('it is found by the option, then the environment, then in the working directory', async () => {
  const dir = folder();
  writeFileSync(join(dir, 'a.json'), json('by-option'));
  writeFileSync(join(dir, 'b.json'), json('by-environment'));
  writeFileSync(join(dir, 'nightshift.config.json'), json('by-directory'));
  process.chdir(dir);
  expect((await loadConfig()).deployment).toBe('by-directory');
  process.env['NIGHTSHIFT_CONFIG'] = 'b.json';
  expect((await loadConfig()).deployment).toBe('by-environment');
  expect((await loadConfig('a.json')).deployment).toBe('by-option');
});

test('what cannot be read says which file and what to do', async () => {
  const dir = folder();
  process.chdir(dir);
  await expect(loadConfig()).rejects.toThrow(
    'there is none in this directory; write one, give --config PATH',
  );
  await expect(loadConfig('gone.ts')).rejects.toThrow('gone.ts is not usable');
  writeFileSync(join(dir, 'broken.json'), '{');
  await expect(loadConfig('broken.json')).rejects.toThrow('broken.json is not usable; nothing was started.');
  writeFileSync(join(dir, 'empty.mjs'), 'export const a = 1;');
  await expect(loadConfig('empty.mjs')).rejects.toThrow('it has no default export');
  writeFileSync(join(dir, 'throws.mjs'), 'throw new Error("my mistake")');
  await expect(loadConfig('throws.mjs')).rejects.toThrow('it cannot be read: my mistake');
});
