import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, loadRunbooks, loadSteps, parseConfig } from '../../config/index.ts';
import { stepContracts } from '../../worker/step-contracts.ts';
import { withOwnSteps } from '../../worker/own-steps.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-own-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let modules = 0;
async function module(source: string): Promise<string> {
  const file = join(folder, `module-${modules++}.mjs`);
  await writeFile(file, source);
  return file;
}
const shipped = stepContracts.map((contract) => ({ contract }));

test('a configuration names them from its own folder', () => {
  const config = parseConfig(
    {
      deployment: 'shop',
      stateDir: 'state',
      database: { url: { env: 'DATABASE_URL' } },
      runbooks: 'runbooks/index.ts',
      steps: '/elsewhere/steps.ts',
    },
    { baseDir: '/srv/runbooks' },
  );
  expect(config).toMatchObject({ runbooks: '/srv/runbooks/runbooks/index.ts', steps: '/elsewhere/steps.ts' });
});

test('one runbook is a list of one', async () => {
  const file = await module('export default { id: "a", triggers: [], run() {} };');
  expect(await loadRunbooks(file)).toMatchObject([{ id: 'a' }]);
});

test.each([
  ['export default [];', 'it has no runbooks as its default export'],
  ['export default [{ id: "a" }];', 'it has no runbooks as its default export'],
  ['import "./nowhere.mjs";', 'it cannot be loaded'],
])('%s is refused as runbooks', async (source, message) => {
  await expect(loadRunbooks(await module(source))).rejects.toThrow(message);
});

test('a file that is not there is named', async () => {
  await expect(loadRunbooks(join(folder, 'nowhere.ts'))).rejects.toThrow('there is no such file');
});

test('modules that import another nightshift than the one that runs are refused', async () => {
  const other = join(folder, 'team', 'node_modules', 'nightshift');
  await mkdir(other, { recursive: true });
  await writeFile(join(other, 'package.json'), '{ "name": "nightshift", "exports": "./index.js" }');
  await writeFile(join(other, 'index.js'), '');
  for (const name of ['index.mjs', 'nightshift.config.mjs'])
    await writeFile(join(folder, 'team', name), 'export default [];');
  const refusal = /it imports another nightshift \(.*index\.js\) than the one that runs/;
  await expect(loadRunbooks(join(folder, 'team', 'index.mjs'))).rejects.toThrow(refusal);
  await expect(loadConfig(join(folder, 'team', 'nightshift.config.mjs'))).rejects.toThrow(refusal);
});

test('own steps are made for the role of the worker, and stand beside those that nightshift brings', async () => {
  const file = await module(
    'export default ({ role }) => [{ contract: { name: `lamps.${role}`, effect: "read" }, run() {} }];',
  );
  const steps = await withOwnSteps(shipped, { module: file, role: 'changes' });
  expect(steps).toHaveLength(shipped.length + 1);
  expect(steps.at(-1)).toMatchObject({ contract: { name: 'lamps.changes' } });
  expect(await withOwnSteps(shipped, { module: undefined, role: 'changes' })).toBe(shipped);
});

test('a step may not take the place of one that nightshift brings', async () => {
  const file = await module(
    'export default () => [{ contract: { name: "kubernetes.cordonNode", effect: "change" } }];',
  );
  await expect(withOwnSteps(shipped, { module: file, role: 'both' })).rejects.toThrow(
    'there are two steps "kubernetes.cordonNode"',
  );
});

test.each([
  ['export default [];', 'its default export is no function'],
  ['export default () => [1];', 'its function answers no list of steps'],
  ['export default () => { throw new Error("FLAGS_URL is not set"); };', 'FLAGS_URL is not set'],
])('%s is refused as steps', async (source, message) => {
  await expect(loadSteps(await module(source), 'both')).rejects.toThrow(message);
});
