import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAM = new URL('../../../../activities/hosts/helper/nightshift-host', import.meta.url).pathname;
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'nightshift-files-')));
afterAll(() => rmSync(folder, { recursive: true }));

// The program, but for where its allow list is and whose it must be.
const program = join(folder, 'nightshift-host');
const allow = join(folder, 'host.allow');
writeFileSync(
  program,
  readFileSync(PROGRAM, 'utf8')
    .replace('ALLOW=/etc/nightshift/host.allow', `ALLOW=${allow}`)
    .replace("'0 -'", `'${process.getuid!()} -'`),
);
const logs = join(folder, 'logs');
mkdirSync(logs);
const log = join(logs, 'app.log');
writeFileSync(log, 'first\nline 2\nnightshift-end 7\nlast');
writeFileSync(join(folder, 'secret'), 'secret\n');
symlinkSync(join(folder, 'secret'), join(logs, 'link-out'));
symlinkSync(log, join(logs, 'link-in'));

beforeEach(() =>
  writeFileSync(allow, `# what may be read\ntail ${logs}\nchecksum ${logs}/\n`, { mode: 0o644 }),
);

const read = (...words: string[]) => {
  const { stdout, status } = spawnSync('/bin/sh', [program, 'read', 'within', '5', ...words], {
    encoding: 'utf8',
  });
  expect([status, stdout.split('\n').at(-2)]).toEqual([0, 'nightshift-end 0']);
  return stdout.split('\n').slice(3, -2);
};

test('the last lines of a file, each marked, so that none can pass for the answer', () => {
  expect(read('tail', log, '3')).toEqual([
    expect.stringContaining('opened='),
    'bytes=34',
    expect.stringContaining('inode='),
    expect.stringContaining('mode='),
    expect.stringContaining('owner='),
    expect.stringContaining('group='),
    expect.stringContaining('changed='),
    'state=read',
    'line line 2',
    'line nightshift-end 7',
    'line last',
  ]);
});

test('a checksum is that of the content', () => {
  const sha256 = createHash('sha256').update(readFileSync(log)).digest('hex');
  expect(read('checksum', join(logs, 'link-in'))).toEqual(
    expect.arrayContaining([`opened=${log}`, `sha256=${sha256}`, 'state=read']),
  );
});

test('a link out of the folder, a neighbour with the same beginning and what is no file are not read', () => {
  expect(read('tail', join(logs, 'link-out'), '5')).toEqual(['state=not-allowed']);
  expect(read('tail', `${logs}-other/x`, '5')).toEqual(['state=not-allowed']);
  expect(read('checksum', join(folder, 'secret'))).toEqual(['state=not-allowed']);
  expect(read('tail', join(logs, 'gone'), '5')).toEqual(['state=not-there']);
  expect(read('tail', logs, '5')).toEqual(['state=no-file']);
});

test('an allow list that others may write, or that allows nothing, allows nothing', () => {
  for (const mode of [0o664, 0o646]) {
    chmodSync(allow, mode);
    expect(read('tail', log, '5')).toEqual(['state=not-allowed']);
  }
  chmodSync(allow, 0o644);
  for (const content of ['', '\n', 'tail\n', 'tail \n', 'tail logs\n', 'checksum /\n']) {
    writeFileSync(allow, content);
    expect([content, read('tail', log, '5')]).toEqual([content, ['state=not-allowed']]);
  }
});

test('without an allow list logs can be read, and nothing else', () => {
  rmSync(allow);
  expect(read('tail', '/etc/hostname', '1')).toEqual(['state=not-allowed']);
  expect(read('checksum', '/etc/passwd')).toContain('state=read');
  expect(read('checksum', join(folder, 'secret'))).toEqual(['state=not-allowed']);
});
