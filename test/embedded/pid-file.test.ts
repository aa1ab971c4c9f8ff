import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, type ProcessIdentity } from '../../embedded/liveness.ts';
import { stopLeftover } from '../../embedded/pid-file.ts';
import { temporaryFolders } from './temporary-folder.ts';

const newFolder = temporaryFolders();

async function owner(folder: string) {
  const fixture = join(import.meta.dirname, 'fixtures', 'leave-behind.ts');
  const child = spawn(process.execPath, ['--no-warnings', fixture, folder], { stdio: 'inherit' });
  const read = () => readFile(join(folder, 'pid'), 'utf8').catch(() => '');
  while (!(await read()).endsWith('}')) await sleep(10);
  const left = (JSON.parse(await read()) as { process: ProcessIdentity }).process;
  return { child, left };
}

test('what a killed owner left behind is ended; what a living owner runs is not', async () => {
  const folder = await newFolder();
  const pidFile = join(folder, 'pid');
  const { child, left } = await owner(folder);
  await expect(stopLeftover(pidFile)).rejects.toThrow(
    `${folder} is in use by process ${left.pid}, which nightshift process ${child.pid} started`,
  );
  expect(await isAlive(left)).toBe(true);

  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  expect(await isAlive(left)).toBe(true);
  await stopLeftover(pidFile);
  expect(await isAlive(left)).toBe(false);
  expect(existsSync(pidFile)).toBe(false);
});

test('without a pid file there is nothing to do', async () => {
  await expect(stopLeftover(join(await newFolder(), 'pid'))).resolves.toBeUndefined();
});
