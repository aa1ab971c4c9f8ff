import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { createLab } from '../../lab/index.ts';
import { until } from '../setup/until.ts';
import { labUnderTest } from './lab-under-test.ts';

const name = `c${process.pid.toString(36)}`;
const directories: string[] = [];

afterAll(() => Promise.all(directories.map((directory) => rm(directory, { recursive: true, force: true }))));

test('a second lab that is killed half-way up can be taken down, twice, and the first does not notice', async () => {
  const { lab: first } = await labUnderTest();
  const stateDirectory = join(await mkdtemp(join(tmpdir(), 'nightshift-crash-')), 'lab');
  directories.push(join(stateDirectory, '..'));
  const second = createLab({ name, stateDirectory });

  const script = `
    import { createLab } from ${JSON.stringify(join(import.meta.dirname, '../../lab/index.ts'))};
    const [name, stateDirectory] = process.argv.slice(1);
    await createLab({ name, stateDirectory }).up();
  `;
  const child = spawn(
    process.execPath,
    ['--no-warnings', '--input-type=module', '-e', script, name, stateDirectory],
    { stdio: 'inherit' },
  );
  const gone = once(child, 'exit');
  // Late enough for systemd to have started in a node, too early for the lab to be up.
  await until(async () => (await second.leftBehind()).filter(({ kind }) => kind === 'process').length > 8);
  child.kill('SIGKILL');
  await gone;

  const kinds = new Set((await second.leftBehind()).map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual([
    'control group',
    'link',
    'mount',
    'network namespace',
    'process',
    'route',
  ]);
  expect((await second.details())?.phase).toBe('starting');

  await second.down();
  expect(await second.leftBehind()).toEqual([]);
  await second.down();
  expect(await second.details()).toBeUndefined();
  expect((await first.status())?.parts.filter(({ running }) => !running)).toEqual([]);
  // On a small machine the second lab's start may have cost the first's users a request.
  await until(
    async () => (await first.status())?.problem === undefined,
    async () => `${(await first.status())?.problem}`,
  );
});

test('a name that is taken is refused with the place of the other lab', async () => {
  const { lab: first } = await labUnderTest();
  const stateDirectory = join(await mkdtemp(join(tmpdir(), 'nightshift-name-')), 'lab');
  directories.push(join(stateDirectory, '..'));
  await expect(createLab({ name: first.name, stateDirectory }).up()).rejects.toThrow(first.stateDirectory);
});
