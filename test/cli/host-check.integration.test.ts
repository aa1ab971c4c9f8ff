import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeKey, publicHalf, startSshd, type RealSshd } from '../activities/hosts/ssh/real-sshd.ts';
import { nightshift } from './command-line.ts';

const PROGRAM = new URL('../../activities/hosts/helper/nightshift-host', import.meta.url);
type Level = 'read' | 'change';
let sshd: RealSshd;
/** The program with its files in the test's folder and these words replaced, and each key's line as installing writes it. */
function install(
  changes: Readonly<Record<string, string>> = {},
  { reading = 'read', changing = 'change' }: { reading?: Level; changing?: Level } = {},
) {
  const program = sshd.file('nightshift-host');
  const replaced = Object.entries({
    'SELF=/usr/local/sbin/nightshift-host': `SELF=${program}`,
    'STATE=/var/lib/nightshift': `STATE=${sshd.file('state')}`,
    'ALLOW=/etc/nightshift/host.allow': `ALLOW=${sshd.file('host.allow')}`,
    'exec sudo -n "$SELF"': 'exec "$SELF"',
    "NEEDED='systemctl journalctl flock logger timeout sha256sum base64 find ps ss": "NEEDED='sh",
    ...changes,
  }).reduce((text, [from, to]) => text.replace(from, to), readFileSync(PROGRAM, 'utf8'));
  sshd.file('nightshift-host', replaced);
  chmodSync(program, 0o755);
  const line = (level: Level, key: string) =>
    `restrict,command="${program} via-ssh ${level}" ${publicHalf(sshd.file(key))}\n`;
  sshd.file('authorized', line(reading, 'reading') + line(changing, 'client'));
}
beforeAll(async () => {
  sshd = await startSshd();
  makeKey(sshd.file('reading'));
});
beforeEach(() => install());
afterAll(() => sshd.stop());

/** A configuration file whose changing key is this one. */
const config = (name: string, changing: string): string =>
  sshd.file(
    name,
    `export default ${JSON.stringify({
      deployment: 'test',
      stateDir: 'state',
      database: { url: { env: 'DATABASE_URL' } },
      hosts: {
        user: sshd.config.user,
        port: sshd.config.port,
        knownHostsFile: sshd.config.knownHostsFile,
        addresses: sshd.config.addresses,
        read: { identityFile: sshd.file('reading') },
        change: { identityFile: changing },
      },
    })};`,
  );

test('host check shows way, user, address, key, the line that knows it and what was shown; -o json too', async () => {
  const file = config('good.mjs', sshd.file('client'));
  const shown = await nightshift(['host', 'check', 'worker-3', '--config', file]);
  const { user, port, knownHostsFile } = sshd.config;
  expect([shown.code, shown.err]).toEqual([0, '']);
  expect(shown.out).toContain(`${user}@worker-3 (127.0.0.1), port ${port}`);
  expect(shown.out).toContain(`believed by its key, ${String(knownHostsFile)}:1`);
  expect(shown.out).toContain('With the changing key:');
  const asJson = await nightshift([
    'host',
    'check',
    'worker-3',
    '--as',
    'read',
    '--config',
    file,
    '-o',
    'json',
  ]);
  const print = /SHA256:\S+/.exec(
    execFileSync('ssh-keygen', ['-lf', sshd.file('host.pub')], { encoding: 'utf8' }),
  )![0];
  expect(JSON.parse(asJson.out)).toMatchObject({
    host: 'worker-3',
    checked: [
      {
        access: 'read',
        way: [
          {
            host: 'worker-3',
            address: '127.0.0.1',
            port,
            user,
            verified: { hostKey: print, by: `${String(knownHostsFile)}:1`, certificate: null },
            identity: { from: sshd.file('reading') },
          },
        ],
        test: { missing: [], problems: [], clockAheadMs: expect.any(Number) },
      },
    ],
  });
});

test('what does not work is said with the key, the next action and an exit code of its own', async () => {
  makeKey(sshd.file('stranger'));
  const stranger = await nightshift([
    'host',
    'check',
    'worker-3',
    '--config',
    config('bad.mjs', sshd.file('stranger')),
  ]);
  expect(stranger.code).toBe(3);
  expect(stranger.err).toMatch(/with the changing key: worker-3 does not let .* in with the key .*stranger/);
  expect(stranger.err).toMatch(/next: Add its public key/);
  expect(stranger.out).toMatch(
    /With the reading key:\n[^]*the program there answers[^]*With the changing key:\n +worker-3 does not let/,
  );
  const nowhere = await nightshift([
    'host',
    'check',
    'worker-9.invalid',
    '--config',
    config('bad2.mjs', sshd.file('client')),
  ]);
  expect([nowhere.code, nowhere.err]).toEqual([2, expect.stringMatching(/no host named worker-9\.invalid/)]);
});

test('it does so in a process of its own, where modules are loaded as Node.js loads them', async () => {
  const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
  const words = ['host', 'check', 'worker-3', '--config', config('own.mjs', sshd.file('client'))];
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...words]);
  expect(stdout).toContain('believed by its key');
});

test('what does not work of the program there is named, and ends it with a failure', async () => {
  const check = (name: string) =>
    nightshift(['host', 'check', 'worker-3', '--config', config(name, sshd.file('client'))]);
  install({ "NEEDED='": "NEEDED='nowhere-ctl " });
  const lacking = await check('lacking.mjs');
  expect([lacking.code, lacking.out]).toEqual([0, expect.stringContaining('need it fail: nowhere-ctl')]);
  install({}, { reading: 'change' });
  const loose = await check('loose.mjs');
  expect([loose.code, loose.err]).toEqual([
    1,
    expect.stringContaining('the reading key is let through to changes'),
  ]);
  install({}, { reading: 'change', changing: 'read' });
  const swapped = await check('swapped.mjs');
  expect([swapped.code, swapped.err]).toEqual([
    1,
    expect.stringContaining('the reading key is let through to changes; the changing key may only read'),
  ]);
  install({ 'STATE=/var/lib/nightshift': 'STATE=/proc/nowhere' });
  const full = await check('full.mjs');
  expect([full.code, full.err]).toEqual([1, expect.stringContaining('cannot be written')]);
  install();
  sshd.file('host.allow', '');
  const allow = await check('allow.mjs');
  rmSync(sshd.file('host.allow'));
  expect([allow.code, allow.err]).toEqual([1, expect.stringContaining('host.allow allows nothing')]);
  sshd.file('authorized', publicHalf(sshd.file('reading')) + '\n');
  const absent = await check('absent.mjs');
  expect([absent.code, absent.err]).toEqual([2, expect.stringContaining('nightshift host install worker-3')]);
});
