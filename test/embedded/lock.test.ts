import { expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from '../../embedded/lock.ts';
import { temporaryFolders } from './temporary-folder.ts';

const newFolder = temporaryFolders();
const FIXTURE = join(import.meta.dirname, 'fixtures', 'hold-lock.ts');

const hold = (lock: string, log: string, milliseconds: number) =>
  spawn(process.execPath, ['--no-warnings', FIXTURE, lock, log, String(milliseconds)], { stdio: 'inherit' });

const ended = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('exit', resolve));

const read = (file: string) => readFile(file, 'utf8').catch(() => '');

test('several processes hold it one after the other, also when they all find the lock of a crash', async () => {
  const folder = await newFolder();
  const [lock, log] = [join(folder, 'lock'), join(folder, 'log')];
  const crashed = hold(lock, log, 3_600_000);
  while (!(await read(log))) await sleep(10);
  const others = Array.from({ length: 4 }, () => hold(lock, log, 30));
  await sleep(100);
  crashed.kill('SIGKILL');
  expect(await Promise.all(others.map(ended))).toEqual([0, 0, 0, 0]);
  const lines = (await read(log)).trim().split('\n');
  expect(lines).toHaveLength(9);
  // After the crashed one's only "in", every "in" is followed by its own "out".
  for (let i = 1; i < lines.length; i += 2) expect(lines[i + 1]).toBe(lines[i]?.replace('in', 'out'));
  expect(await readdir(folder)).toEqual(['log']);
});

test('the pid of a crashed owner that belongs to another process now does not hold the lock', async () => {
  const lock = join(await newFolder(), 'lock');
  await writeFile(lock, JSON.stringify({ pid: process.pid, startTime: '1', token: 'crashed' }));
  await expect(withLock(lock, async () => 'taken')).resolves.toBe('taken');
});

test('a waiting process is told who holds it, and can give up', async () => {
  const lock = join(await newFolder(), 'lock');
  await withLock(lock, async () => {
    const giveUp = new AbortController();
    const holders: number[] = [];
    const waiting = withLock(lock, async () => 'taken', {
      signal: giveUp.signal,
      onWait: ({ pid }) => {
        holders.push(pid);
        giveUp.abort(new Error('enough'));
      },
    });
    await expect(waiting).rejects.toThrow(/enough|aborted/);
    expect(holders).toEqual([process.pid]);
  });
});

test('an error in the work releases it', async () => {
  const lock = join(await newFolder(), 'lock');
  await expect(withLock(lock, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  await expect(withLock(lock, async () => 'taken')).resolves.toBe('taken');
});
