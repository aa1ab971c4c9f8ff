import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeKey, startSshd, type RealSshd } from '../activities/hosts/ssh/real-sshd.ts';
import { nightshift } from './command-line.ts';

let sshd: RealSshd;
beforeAll(async () => {
  sshd = await startSshd();
});
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
        read: { identityFile: sshd.file('client') },
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
            identity: { from: sshd.file('client') },
          },
        ],
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
