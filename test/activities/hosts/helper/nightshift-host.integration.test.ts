import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HELPER_PATH, helperFiles, hostInstallPlan } from '../../../../activities/hosts/helper/install.ts';

const PROGRAM = new URL('../../../../activities/hosts/helper/nightshift-host', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'nightshift-host-'));
afterAll(() => rmSync(folder, { recursive: true }));

// The program, but for what it hands over to: here a script that only writes its words down, one a line.
const recorder = join(folder, 'recorder');
writeFileSync(recorder, '#!/bin/sh\nprintf "%s\\n" "$@"\n');
chmodSync(recorder, 0o755);
const parser = join(folder, 'nightshift-host');
writeFileSync(
  parser,
  readFileSync(PROGRAM, 'utf8')
    .replace(`SELF=${HELPER_PATH}`, `SELF=${recorder}`)
    .replace('exec sudo -n "$SELF"', 'exec "$SELF"'),
);

function viaSsh(shell: string, level: string, asked: string) {
  const { status, stdout, stderr } = spawnSync(shell, [parser, 'via-ssh', level], {
    cwd: folder,
    env: { PATH: process.env.PATH, SSH_ORIGINAL_COMMAND: asked },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const SHELLS = ['/bin/sh', '/bin/bash', '/bin/dash'];
const hostile = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        'read',
        'change',
        ' ',
        '  ',
        ';',
        '$(touch x)',
        '`touch x`',
        '*',
        '?',
        '\n',
        '\t',
        "'",
        '"',
        '\\',
        '&',
        '|',
        '>x',
        '-',
        '..',
        '/',
        'a',
        '%2F',
        '~',
        '\u00a0',
        '!',
      ),
      { maxLength: 10 },
    )
    .map((parts) => parts.join('')),
);

test.each(SHELLS)('%s: words outside the alphabet never get further, and nothing is evaluated', (shell) => {
  fc.assert(
    fc.property(
      hostile.filter((text) => !text.includes('\0') && text.isWellFormed()),
      (text) => {
        const asked = `read ${text}`;
        const { status, stdout } = viaSsh(shell, 'read', asked);
        if (/^[A-Za-z0-9._:/%+,@= -]*$/.test(asked)) {
          expect([status, stdout]).toEqual([0, asked.split(' ').filter(Boolean).join('\n') + '\n']);
        } else {
          expect([status, stdout]).toEqual([64, '']);
        }
      },
    ),
    { numRuns: 120 },
  );
  expect(readdirSync(folder).sort()).toEqual(['nightshift-host', 'recorder']);
});

test.each([
  ['read', 'change restart x', 64],
  ['read', 'via-ssh change', 64],
  ['read', '', 64],
  ['read', ' ', 64],
  ['read', 'read within 5 status x.service', 0],
  ['change', 'change restart x', 0],
  ['change', 'read within 5 status x.service', 0],
  ['change', 'via-ssh change', 64],
  ['change', 'sudo id', 64],
])('the %s key asking for %j: exit %i', (level, asked, status) => {
  expect(viaSsh('/bin/sh', level, asked).status).toBe(status);
});

test('a command that is too long is refused whole', () => {
  expect(viaSsh('/bin/sh', 'read', 'read '.repeat(24_001)).status).toBe(64);
});

const run = (...words: string[]) =>
  spawnSync('/bin/sh', [PROGRAM, ...words], { cwd: folder, encoding: 'utf8' });

/** Words that are right but for one; each position refuses what does not belong there. */
test.each([
  [
    ['read', 'within', '5', 'status', '*'],
    ['x', '-x.service', 'x.timer', '../x.service', '$(id).service', 'a b.service', '', 'x.service\n'],
  ],
  [
    ['read', 'within', '*', 'status', 'x.service'],
    ['0', '-1', '1e3', '5s', '', '9999', '007'],
  ],
  [
    ['read', 'within', '5', 'iptables', '*'],
    ['raw', 'nat -F', '--help', ''],
  ],
  [
    ['read', 'within', '5', 'kube-proxy', '*'],
    ['../etc', 'metrics/x', ''],
  ],
  [
    ['read', 'within', '5', 'connect', '*', '80'],
    ['-x', 'a;b', 'a b', '', '$(id)'],
  ],
  [
    ['read', 'within', '5', 'connect', 'localhost', '*'],
    ['80x', '-1', '', '080'],
  ],
  [
    ['read', 'within', '5', 'result', '*', '1'],
    ['', 'a b', 'a;b', "a'b", 'x'.repeat(901)],
  ],
  [
    ['read', 'within', '5', 'memory', '*'],
    ['', 'x', '../x.service', '$(id).service'],
  ],
  [
    ['read', 'within', '5', 'sockets', '*', 'any'],
    ['', 'dst', '10.0.0.1 or', '-x', '10.0.0.1/8', '$(id)'],
  ],
  [
    ['read', 'within', '5', 'sockets', 'any', '*'],
    ['', '80x', ':80', '080'],
  ],
  [
    ['read', 'within', '5', 'kernel', '*', '5'],
    ['', '-5', '5min'],
  ],
  [
    ['read', 'within', '5', 'tail', '*', '5'],
    ['', 'x', '/a/../b', '/a/./b', '/a//b', '/a/b/', '/a b', '/$(id)', '/..', '-n'],
  ],
  [
    ['read', 'within', '5', 'tail', '/var/log/x', '*'],
    ['', '-1', '+1', '99999'],
  ],
  [
    ['read', 'within', '5', 'checksum', '*'],
    ['', 'x', '/a/../b', '/etc/../root/x', '/a;b'],
  ],
  [
    ['read', 'within', '5', 'journal', 'x.service', '*', '5'],
    ['', '-5', '5min', '5 min'],
  ],
  [
    ['change', 'restart', '*', '1', '99', 'why', 'any', 'x.service', 'invocation', 'ab'],
    ['', 'a b', '$(id)', 'a;b'],
  ],
  [
    ['change', 'restart', 'op', '*', '99', 'why', 'any', 'x.service', 'invocation', 'ab'],
    ['', '-1', 'one', '01', '99999'],
  ],
  [
    ['change', 'restart', 'op', '1', '*', 'why', 'any', 'x.service', 'invocation', 'ab'],
    ['', 'never', '-1', '1.5'],
  ],
  [
    ['change', 'restart', 'op', '1', '99', '*', 'any', 'x.service', 'invocation', 'ab'],
    ['', 'two words', '`id`', 'x'.repeat(401)],
  ],
  [
    ['change', 'restart', 'op', '1', '99', 'why', '*', 'x.service', 'invocation', 'ab'],
    ['', 'some', '../boot'],
  ],
  [
    ['change', 'restart', 'op', '1', '99', 'why', 'any', '*', 'invocation', 'ab'],
    ['', 'x', '--now.service', 'x.service y.service'],
  ],
  [
    ['change', 'restart', 'op', '1', '99', 'why', 'any', 'x.service', '*', 'ab'],
    ['', 'all'],
  ],
  [
    ['change', 'restart', 'op', '1', '99', 'why', 'any', 'x.service', 'invocation', '*'],
    ['', 'xyz', 'ab;'],
  ],
  [
    ['change', 'set-limit', 'op', '1', '99', 'why', 'any', 'x.service', '1', 'absent', '*'],
    ['', '0', '64Mi', '-1', '1.5G', '64 M', 'M', '1e9', '64MM'],
  ],
  [
    ['change', 'truncate-log', 'op', '1', '99', 'why', 'any', '*', '7', '1'],
    [
      '',
      '/etc/passwd',
      '/var/log/syslog',
      '/var/log/pods/a_b_c/x',
      '/var/log/pods/../../etc/a/b.log',
      '/var/log/pods/a_b_c/../../x.log',
      '/var/log/pods//a/b/0.log',
      '/var/log/pods/a b/c/0.log',
    ],
  ],
  [
    ['change', 'truncate-log', 'op', '1', '99', 'why', 'any', '/var/log/pods/a_b_c/d/0.log', '*', '1'],
    ['', 'x', '-7', '07'],
  ],
  [
    ['change', 'vacuum-journal', 'op', '1', '99', 'why', 'any', '*', '1'],
    ['', '200M', '-1', '1e9'],
  ],
])('%j refuses what does not belong there', (words, wrong) => {
  for (const word of wrong) {
    const { status, stdout } = run(...words.map((w) => (w === '*' ? word : w)));
    expect([word, status, stdout]).toEqual([word, 64, '']);
  }
});

const has = (program: string) => spawnSync(program, ['--help']).error === undefined;
test('every shell that a host may have as sh can read it', () => {
  const shells = [['/bin/sh'], ['dash'], ['bash', '--posix'], ['busybox', 'sh']].filter(([p]) => has(p!));
  for (const [shell, ...words] of shells) {
    expect([shell, spawnSync(shell!, [...words, '-n', PROGRAM], { encoding: 'utf8' }).stderr]).toEqual([
      shell,
      '',
    ]);
  }
});

test('rules are read as they are saved: a list of them would look every address up in DNS', () => {
  const program = readFileSync(PROGRAM, 'utf8');
  expect(program).toMatch(/\biptables-save\b/);
  expect(program).not.toMatch(/\bip6?tables\b.*\s(-\w*[LS]\b|--list)/);
});

test('it says its version, and what it cannot do', () => {
  expect(run('version').stdout).toBe('nightshift-host 3\n');
  expect([
    run().status,
    run('reboot').status,
    run('read').status,
    run('change').status,
    run('via-ssh', 'all').status,
  ]).toEqual([64, 64, 64, 64, 64]);
});

const ACCOUNT = {
  user: 'oncall',
  readKey: 'ssh-ed25519 AAAAread someone@laptop\n',
  changeKey: 'ssh-ed25519 AAAAchange',
};

test('each key is bound to its own verbs and to nothing else', () => {
  const [program, sudoers, keys] = helperFiles(ACCOUNT);
  expect([program!.path, program!.mode.toString(8), program!.owner]).toEqual([
    HELPER_PATH,
    '755',
    'root:root',
  ]);
  expect(sudoers!.content).not.toMatch(/ALL=\(ALL|: ALL/);
  expect(keys!.content.split('\n')).toEqual([
    `restrict,command="${HELPER_PATH} via-ssh read" ssh-ed25519 AAAAread nightshift-read`,
    `restrict,command="${HELPER_PATH} via-ssh change" ssh-ed25519 AAAAchange nightshift-change`,
    '',
  ]);
});

test.each([
  [{ user: 'oncall ALL' }],
  [{ user: 'root;x' }],
  [{ home: '/home/$(id)' }],
  [{ readKey: 'ssh-ed25519 AAAA\nssh-ed25519 BBBB' }],
  [{ changeKey: 'command="x" ssh-ed25519 AAAA' }],
  [{ readKey: '' }],
])('%j is refused before anything is written', (wrong) => {
  expect(() => hostInstallPlan({ ...ACCOUNT, ...wrong })).toThrow(TypeError);
});

test('the script is one that a shell takes, and says which files with which content', () => {
  const { script, files } = hostInstallPlan(ACCOUNT);
  expect(spawnSync('/bin/sh', ['-n'], { input: script }).status).toBe(0);
  expect(files.map(({ mode, owner }) => `${mode} ${owner}`)).toEqual([
    '0755 root:root',
    '0440 root:root',
    '0600 oncall:oncall',
  ]);
});

test('root’s allow list is written where there is none, allows what holds without one, and is never written over', () => {
  const etc = join(folder, 'etc');
  const allow = join(etc, 'host.allow');
  const { script } = hostInstallPlan(ACCOUNT);
  const part = /^\[ -e \/etc\/nightshift\/host\.allow \][^]*?^\}$/m.exec(script)![0];
  const here = part.replaceAll('/etc/nightshift', etc).replaceAll('-o root -g root', '');
  const install = () =>
    spawnSync('/bin/sh', ['-euc', here], { env: { PATH: process.env.PATH, new: folder } }).status;
  expect(install()).toBe(0);
  const written = readFileSync(allow, 'utf8');
  expect(written.split('\n').filter((line) => line && !line.startsWith('#'))).toEqual([
    'tail /var/log',
    ...['/var/log', '/etc', '/usr', '/opt'].map((path) => `checksum ${path}`),
  ]);
  writeFileSync(allow, 'run /bin/true\n');
  expect([install(), readFileSync(allow, 'utf8')]).toEqual([0, 'run /bin/true\n']);
});
