import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { hierarchies, isUnifiedOnly } from '../../lab/machine/cgroups.ts';
import { attempt, command, CommandFailed } from '../../lab/machine/command.ts';
import { parseMountInfo } from '../../lab/machine/mounts.ts';
import { identify, isAlive, signalProcess } from '../../lab/machine/process-table.ts';
import { TimedOut, until } from '../../lab/machine/until.ts';
import { tar } from '../../lab/images/tar.ts';
import { writeFileSync } from 'node:fs';

const folder = mkdtempSync(join(tmpdir(), 'nightshift-lab-unit-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MOUNTINFO = `31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
42 23 0:39 / /mnt/with\\040space rw - ext4 /dev/vda rw
`;

test('mounts are read with their type, their options and spaces in their names', () => {
  expect(parseMountInfo(MOUNTINFO).at(-1)).toEqual({
    point: '/mnt/with space',
    type: 'ext4',
    superOptions: ['rw'],
  });
});

test('cgroup hierarchies are told apart by what they are mounted with', () => {
  const trees = hierarchies(parseMountInfo(MOUNTINFO));
  expect(trees.map(({ option, version }) => [option, version])).toEqual([
    ['cpu,cpuacct', 1],
    ['none,name=systemd', 1],
    ['', 2],
  ]);
  expect(isUnifiedOnly(trees)).toBe(false);
  expect(isUnifiedOnly(trees.slice(2))).toBe(true);
});

test('a command that fails says what it was, how it ended and what it said', async () => {
  const failure = command(['sh', '-c', 'echo no such thing >&2; exit 3']);
  await expect(failure).rejects.toThrow(CommandFailed);
  await expect(failure).rejects.toThrow(/failed \(exit code 3\): no such thing/);
  expect(await attempt(['false'])).toBeUndefined();
});

test('a command that hangs is killed at its limit', async () => {
  await expect(command(['sleep', '60'], { timeout: 50 })).rejects.toThrow('did not end within 50 ms');
});

test('a pid that belongs to another process by now is not signalled', () => {
  const me = identify(process.pid);
  expect(me && isAlive(me)).toBe(true);
  expect(signalProcess({ pid: process.pid, startTime: '1' }, 'SIGKILL')).toBe(false);
});

test('waiting ends with what the last look said', async () => {
  const look = () => Promise.reject(new Error('still two pods'));
  await expect(until('one pod', look, { within: 20, every: 5 })).rejects.toThrow(
    /one pod; the last look said: still two pods/,
  );
  await expect(until('true', () => false, { within: 20, every: 5 })).rejects.toThrow(TimedOut);
});

test('tar reads what was written', async () => {
  const file = join(folder, 'x.tar');
  writeFileSync(
    file,
    tar([
      { path: 'bin', kind: 'directory' },
      { path: 'bin/tool', kind: 'file', content: Buffer.from('#!/bin/sh\n'), mode: 0o755 },
      { path: 'bin/alias', kind: 'link', target: '/bin/tool' },
    ]),
  );
  const { stdout } = await command(['tar', '-tvf', file]);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' '));
  expect(lines).toEqual([
    expect.stringMatching(/^drwxr-xr-x 0\/0 0 .* bin\/?$/),
    expect.stringMatching(/^-rwxr-xr-x 0\/0 10 .* bin\/tool$/),
    expect.stringMatching(/^lrwxr-xr-x 0\/0 0 .* bin\/alias -> \/bin\/tool$/),
  ]);
});
