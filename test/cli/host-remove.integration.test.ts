import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { helperFiles } from '../../activities/hosts/helper/install.ts';
import { startSshd, type RealSshd } from '../activities/hosts/ssh/real-sshd.ts';
import { until } from '../setup/until.ts';
import { nightshift } from './command-line.ts';

/** Only root may remove, so only root can try it. */
const asRoot = process.getuid!() === 0 ? test : test.skip;
const FOLDERS = [
  '/usr/local/sbin',
  '/etc/sudoers.d',
  '/etc/nightshift',
  '/etc/systemd',
  '/var/lib',
  '/home/root',
];
let sshd: RealSshd;
const there = (at: string) => join(sshd.file('root'), at);

// A host in a folder: sshd hands the script over with the paths moved there, and "sudo sh -s" is this shell.
beforeAll(async () => {
  sshd = await startSshd({
    more: (at) => {
      const moved = FOLDERS.map((folder) => `-e 's#${folder}#${at('root')}${folder}#g'`).join(' ');
      writeFileSync(at('as-root'), `#!/bin/sh\nsed ${moved} | exec sh -s\n`, { mode: 0o755 });
      mkdirSync(at('bin'));
      writeFileSync(join(at('bin'), 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${at('ssh_config')} "$@"\n`, {
        mode: 0o755,
      });
      return [`ForceCommand ${at('as-root')}`];
    },
  });
  const { user, port, identityFile, knownHostsFile } = sshd.config;
  sshd.file(
    'ssh_config',
    `Host worker-3\n HostName 127.0.0.1\n HostKeyAlias [worker-3]:${port}\n Port ${port}\n User ${user}\n IdentityFile ${identityFile}\n UserKnownHostsFile ${String(knownHostsFile)}\nHost nowhere\n HostName 127.0.0.1\n Port 1\n`,
  );
});
afterAll(() => sshd.stop());

function install(otherKeys: string) {
  const files = helperFiles({ user: 'root', readKey: 'ssh-ed25519 AAAAr', changeKey: 'ssh-ed25519 AAAAc' });
  for (const { path, content } of files) {
    mkdirSync(dirname(there(path)), { recursive: true });
    writeFileSync(there(path), path.endsWith('authorized_keys') ? otherKeys + content : content);
  }
  mkdirSync(there('/etc/nightshift'), { recursive: true });
  writeFileSync(there('/etc/nightshift/host.allow'), 'tail /var/log\n');
  mkdirSync(there('/var/lib/nightshift/operations/ab'), { recursive: true });
  writeFileSync(there('/var/lib/nightshift/lock'), '');
}

const remove = (...words: string[]) => removeOf('root', ...words);
const removeOf = (user: string, ...words: string[]) =>
  nightshift(['host', 'remove', ...words, '--user', user, '--yes'], {
    env: { PATH: `${sshd.file('bin')}:${process.env.PATH}` },
  });
const filesThere = () =>
  readdirSync(sshd.file('root'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() || /nightshift/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name).slice(sshd.file('root').length));

asRoot('all that nightshift installed is gone, other keys stay; again, nothing is there', async () => {
  install('ssh-ed25519 AAAAother ana@laptop\n');
  const first = await remove('worker-3', '-o', 'json');
  expect([first.code, first.err]).toEqual([0, '']);
  expect(JSON.parse(first.out)).toEqual({
    hosts: [
      {
        host: 'worker-3',
        removed: [
          expect.stringMatching(/^nightshift's keys in .*authorized_keys$/),
          expect.stringMatching(/sudoers\.d\/nightshift$/),
          expect.stringMatching(/sbin\/nightshift-host$/),
          expect.stringMatching(/host\.allow$/),
          expect.stringMatching(/operations, the records of operations$/),
        ],
        left: ["the user root: it may be others', too"],
      },
    ],
  });
  expect(filesThere()).toEqual(['/home/root/.ssh/authorized_keys']);
  expect(readFileSync(there('/home/root/.ssh/authorized_keys'), 'utf8')).toBe(
    'ssh-ed25519 AAAAother ana@laptop\n',
  );
  const again = await remove('worker-3');
  expect([again.code, again.out.split('\n')[0]]).toEqual([0, 'worker-3: nothing of nightshift was there']);
});

asRoot('what others keep beside it and limits still in force are named, and stay', async () => {
  install('');
  writeFileSync(there('/var/lib/nightshift/worker.sock'), '');
  const dropIn = there('/etc/systemd/system/x.service.d/90-nightshift.conf');
  mkdirSync(dirname(dropIn), { recursive: true });
  writeFileSync(dropIn, '[Service]\nMemoryMax=1G\n');
  const { code, out } = await remove('worker-3');
  expect([code, filesThere().sort()]).toEqual([
    0,
    [
      '/etc/systemd/system/x.service.d/90-nightshift.conf',
      '/var/lib/nightshift',
      '/var/lib/nightshift/worker.sock',
    ],
  ]);
  expect(out).toMatch(/worker-3: left .*x\.service\.d\/90-nightshift\.conf: a limit .* still in force/);
  expect(out).toMatch(/worker-3: left .*\/var\/lib\/nightshift: it holds/);
});

asRoot('with another user than the one that it was installed for, nothing is removed', async () => {
  install('');
  const before = filesThere();
  for (const user of ['oncall', 'roo']) {
    const { code, err } = await removeOf(user, 'worker-3');
    expect([code, err]).toEqual([
      1,
      expect.stringContaining(
        `worker-3: it was installed for root, not for ${user}, and nothing was removed; pass --user root`,
      ),
    ]);
  }
  expect(filesThere()).toEqual(before);
  expect((await remove('worker-3')).code).toBe(0);
});

asRoot('while an operation is under way it waits for its end', async () => {
  install('');
  const lock = there('/var/lib/nightshift/lock');
  const operation = spawn('sh', ['-c', 'flock "$0" sh -c "echo begun; read -r _"', lock], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => operation.stdout.once('data', resolve));
  const removing = remove('worker-3');
  // It waits at the lock: the kernel lists it there, behind the operation.
  const waiting = new RegExp(`-> FLOCK .*:${statSync(lock).ino} `);
  await until(() => waiting.test(readFileSync('/proc/locks', 'utf8')) || undefined);
  expect(existsSync(there('/usr/local/sbin/nightshift-host'))).toBe(true);
  operation.stdin.end('\n');
  expect((await removing).code).toBe(0);
  expect(existsSync(there('/usr/local/sbin/nightshift-host'))).toBe(false);
});

asRoot(
  'a host that cannot be reached does not keep the others from it, and ends with its own code',
  async () => {
    install('');
    const { code, out, err } = await remove('nowhere', 'worker-3');
    expect([code, out]).toEqual([5, expect.stringMatching(/worker-3: removed .*nightshift-host/)]);
    expect(err).toMatch(/nowhere: .*next: try "ssh nowhere"/s);
  },
);

test('the script can be read before, takes no odd user, and nobody is asked without a terminal', async () => {
  const { out } = await nightshift(['host', 'remove', 'worker-3', '--print']);
  expect(execFileSync('shellcheck', ['-'], { input: out, encoding: 'utf8' })).toBe('');
  expect(await nightshift(['host', 'remove', 'worker-3', '--user', 'x;y', '--print'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('"x;y" is not the name of a user'),
  });
  expect(await nightshift(['host', 'remove', 'worker-3'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('--print, then pass --yes'),
  });
});
