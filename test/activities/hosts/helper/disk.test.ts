/** The host's program where only its folders and a few programs are others: everything else is this machine's. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAM = new URL('../../../../activities/hosts/helper/nightshift-host', import.meta.url).pathname;
const MIB = 1024 * 1024;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nightshift-disk-'));
  for (const name of ['bin', 'pods', 'journal', 'operations']) mkdirSync(join(folder, name));
  writeFileSync(
    join(folder, 'program'),
    readFileSync(PROGRAM, 'utf8')
      .replace('\nPATH=', `\nPATH=${folder}/bin:`)
      .replace('\nSTATE=/var/lib/nightshift', `\nSTATE=${folder}`)
      .replace('\nLOGS=/var/log/pods', `\nLOGS=${folder}/pods`)
      .replace('\nKUBELET=/var/lib/kubelet/pods', `\nKUBELET=${folder}/kubelet`)
      .replace('\nIMAGES=/var/lib/containerd', `\nIMAGES=${folder}/images`)
      .replace("\nJOURNALS='/var/log/journal ", `\nJOURNALS='${folder}/journal `)
      .replace('\nEACH=4', '\nEACH=60'),
  );
  program('logger', 'exit 0');
  program('id', 'echo 0');
});
afterEach(() => rmSync(folder, { recursive: true }));

const program = (name: string, script: string) =>
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

function run(...words: string[]): string[] {
  const { stdout } = spawnSync('/bin/sh', [join(folder, 'program'), ...words], { encoding: 'utf8' });
  return stdout.split('\n');
}
const disk = () => run('read', 'within', '60', 'disk');

test('a file that is deleted and still open is found, with who holds it', () => {
  const path = join(folder, 'spool');
  const held = openSync(path, 'w');
  truncateSync(path, 4096 * MIB);
  unlinkSync(path);
  try {
    expect(disk()).toContainEqual(
      expect.stringMatching(new RegExp(`^deleted-file ${4096 * MIB} ${process.pid} \\S+ ${path}$`)),
    );
  } finally {
    closeSync(held);
  }
});

test('filesystems and logs are measured, and folders that are not there are nothing', () => {
  const pod = join(folder, 'pods/shop_cart_uid/app');
  mkdirSync(pod, { recursive: true });
  writeFileSync(join(pod, '0.log'), 'x'.repeat(MIB));
  const said = disk();
  expect(said).toContainEqual(expect.stringMatching(/^filesystem \d+ \d+ \d+ \S+ \S+ \S+ \/$/));
  expect(said).toContainEqual(
    expect.stringMatching(new RegExp(`^container-log ${MIB} \\d+ ${pod}/0\\.log$`)),
  );
  expect(said).not.toContain('not-measured container-log');
  expect(said).not.toContain('not-measured empty-dir');
  expect(said).toContain('nightshift-end 0');
});

test.each([
  ['find', 'kill -9 $$', ['container-log', 'deleted-file']],
  ['find', 'exit 124', ['container-log', 'deleted-file']],
  ['du', 'kill -9 $$', ['journal']],
  ['du', 'echo "1 $4"; exit 1', ['journal']],
  ['df', 'exit 124', ['filesystem']],
])('%s that ends with "%s" has not measured', (name, script, kinds) => {
  program(name, script);
  expect(disk()).toEqual(expect.arrayContaining(kinds.map((kind) => `not-measured ${kind}`)));
});

test('the servers that mounts come from are not asked', () => {
  program('df', `echo "$*" >${join(folder, 'asked')}`);
  disk();
  expect(readFileSync(join(folder, 'asked'), 'utf8')).toMatch(/^-l /);
});

/** Two archived files of a MiB, and a journalctl of the test's. */
function vacuum(journalctl: string) {
  for (const name of ['old', 'older']) {
    writeFileSync(join(folder, 'journal', name), Buffer.alloc(MIB, 1));
  }
  program('journalctl', `cd ${join(folder, 'journal')}\n${journalctl}`);
  const later = String(Math.floor(Date.now() / 1000) + 3600);
  const order = ['change', 'vacuum-journal', 'op', '1', later, 'why', 'any', '1', '1'];
  const fields = (lines: string[]): Record<string, string> =>
    Object.fromEntries(new Map(lines.map((line) => line.split('=') as [string, string])));
  return { first: fields(run(...order)), again: fields(run(...order)) };
}
const ROTATES = 'case "$*" in *rotate*) exit 0 ;; esac';

test('a journal that is shrunk says by how much', () => {
  const { first, again } = vacuum(`${ROTATES}\nrm -f old older`);
  expect(first).toMatchObject({ state: 'applied', 'freed-bytes': String(2 * MIB) });
  expect(again).toMatchObject({ state: 'applied', replayed: 'yes' });
});

test('one that fails after it has removed a file is applied, with what is gone', () => {
  const { first } = vacuum(`${ROTATES}\nrm -f older; exit 1`);
  expect(first).toMatchObject({ state: 'applied', 'freed-bytes': String(MIB) });
  expect(existsSync(join(folder, 'journal', 'old'))).toBe(true);
});

test.each([
  ['to rotate', 'exit 1'],
  ['to remove anything', `${ROTATES}\nexit 1`],
])('one that fails %s is refused', (_, script) => {
  expect(vacuum(script).first).toMatchObject({ state: 'refused', reason: 'not-vacuumed' });
});

test.each([
  ['killed', `${ROTATES}\nrm -f older; kill -9 $$`],
  ['out of time', `${ROTATES}\nrm -f older; exit 124`],
])('one that is %s has begun, and nobody says that nothing was changed', (_, script) => {
  const { first, again } = vacuum(script);
  expect(first.state).toBe('begun-no-result');
  expect(again.state).toBe('begun-no-result');
});
