import { afterAll, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base64Word } from '../../../../activities/hosts/program/base64-word.ts';

const PROGRAM = new URL('../../../../activities/hosts/helper/nightshift-host', import.meta.url).pathname;
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'nightshift-run-')));
afterAll(() => rmSync(folder, { recursive: true }));

const allow = join(folder, 'host.allow');
const etc = join(folder, 'etc');
mkdirSync(etc);
// The program, but for where it keeps its things; the folder for temporary files is nobody's alone.
const program = join(folder, 'nightshift-host');
writeFileSync(
  program,
  readFileSync(PROGRAM, 'utf8')
    .replace('ALLOW=/etc/nightshift/host.allow', `ALLOW=${allow}`)
    .replace('STATE=/var/lib/nightshift', `STATE=${join(folder, 'state')}`)
    .replace('  [ -z "$1" ] || safe_folder', `  [ "$1" = ${folder} ] || safe_folder`),
);
const echo = join(folder, 'echo-words');
writeFileSync(echo, '#!/bin/sh\nfor word; do printf "[%s]" "$word"; done; echo oops >&2; exit 3\n');
chmodSync(echo, 0o755);

beforeEach(() => writeFileSync(allow, `run ${echo} **\nrun /bin/sleep *\nupload ${etc}\n`, { mode: 0o644 }));

const asRoot = process.getuid!() === 0 ? test : test.skip;

const ask = (...words: string[]) => {
  const { stdout, stderr, status } = spawnSync('/bin/sh', [program, ...words], {
    encoding: 'utf8',
    cwd: folder,
  });
  const facts = Object.fromEntries(
    stdout.split('\n').flatMap((line) => {
      const at = line.indexOf('=');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
    }),
  );
  return { status, stderr, facts };
};
const expires = () => String(Math.floor(Date.now() / 1000) + 60);
const change = (verb: string, words: string[], operation = `op/${randomUUID()}`) =>
  ask('change', verb, operation, '1', expires(), 'why', 'any', ...words);
const run = (command: string[], operation?: string) =>
  change('run', ['5', ...command.map(base64Word)], operation);
const decoded = (text: string | undefined) => Buffer.from(text ?? '', 'base64').toString('utf8');
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

asRoot(
  'a command gets its words as they are, whatever they hold, and its streams and exit code are recorded',
  () => {
    const { facts } = run([echo, 'a b', "it's", '$(id)', '`id`', '', '*', 'two\nlines\n', '-n']);
    expect(decoded(facts.out)).toBe("[a b][it's][$(id)][`id`][][*][two\nlines\n][-n]");
    expect([facts.state, facts.exit, decoded(facts.err)]).toEqual(['applied', '3', 'oops\n']);
  },
);

asRoot('no word is altered or read by a shell', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc
          .string({ unit: 'binary', maxLength: 30 })
          .filter((word) => !word.includes('\0') && word.isWellFormed()),
        { minLength: 1, maxLength: 4 },
      ),
      (words) => {
        expect(decoded(run([echo, ...words]).facts.out)).toBe(words.map((word) => `[${word}]`).join(''));
      },
    ),
    { numRuns: 25 },
  );
});

asRoot('the same operation runs once; what the allow list does not have runs never', () => {
  const mark = join(folder, `mark-${randomUUID()}`);
  const touch = join(folder, 'append');
  writeFileSync(touch, `#!/bin/sh\necho x >>"$1"\n`);
  chmodSync(touch, 0o755);
  writeFileSync(allow, `run ${touch} *\n`);
  const operation = `op/${randomUUID()}`;
  expect(run([touch, mark], operation).facts).toMatchObject({ state: 'applied', exit: '0' });
  expect(run([touch, mark], operation).facts).toMatchObject({ state: 'applied', replayed: 'yes' });
  expect(readFileSync(mark, 'utf8')).toBe('x\n');
  for (const command of [[touch], [touch, mark, 'more'], ['/bin/rm', mark], [`${touch} ${mark}`]]) {
    expect([command, run(command).facts]).toEqual([
      command,
      expect.objectContaining({ state: 'refused', reason: 'not-allowed' }),
    ]);
  }
  expect(readFileSync(mark, 'utf8')).toBe('x\n');
});

asRoot(
  '** allows any more words at the end of a line only: a line with words behind it allows nothing',
  () => {
    const allowed = (pattern: string, ...words: string[]) => {
      writeFileSync(allow, `run ${echo} ${pattern}\n`);
      return run([echo, ...words]).facts.state === 'applied';
    };
    expect(allowed('stop **', 'stop')).toBe(true);
    expect(allowed('stop **', 'stop', 'a', 'b')).toBe(true);
    expect(allowed('stop **', 'start', 'a')).toBe(false);
    expect(allowed('* **', 'stop')).toBe(true);
    expect(allowed('* **')).toBe(false);
    for (const pattern of ['** nginx.service', 'stop ** nginx.service', '** **', '** *']) {
      for (const words of [[], ['stop', 'sshd.service'], ['stop', 'nginx.service'], ['nginx.service']]) {
        expect([pattern, words, allowed(pattern, ...words)]).toEqual([pattern, words, false]);
      }
    }
  },
);

asRoot('of what a command prints only the beginning reaches the disk, and it is let print to its end', () => {
  const loud = join(folder, 'loud');
  const kept = `stat -c %s ${folder}/state/operations/*/*.out`;
  writeFileSync(
    loud,
    `#!/bin/sh\nhead -c 20000000 /dev/zero\n${kept} >&2\nhead -c 20000 /dev/zero >&2\nexit 7\n`,
  );
  chmodSync(loud, 0o755);
  writeFileSync(allow, `run ${loud}\n`);
  const { facts } = run([loud]);
  expect([facts.state, facts.exit, facts['out-bytes']]).toEqual(['applied', '7', '20000000']);
  expect(Buffer.from(facts.out ?? '', 'base64').length).toBe(65_536);
  expect(decoded(facts.err)).toMatch(/^65536\n/);
  expect(Number(facts['err-bytes'])).toBe(20_006);
});

asRoot('what a command leaves running keeps nobody waiting', () => {
  const leaves = join(folder, 'leaves');
  const pid = join(folder, 'left.pid');
  writeFileSync(leaves, `#!/bin/sh\nsleep 600 &\necho $! >${pid}\necho started\n`);
  chmodSync(leaves, 0o755);
  writeFileSync(allow, `run ${leaves}\n`);
  const { facts } = run([leaves]);
  process.kill(Number(readFileSync(pid, 'utf8')));
  expect([facts.state, facts.exit, decoded(facts.out)]).toEqual(['applied', '0', 'started\n']);
});

asRoot('a command that does not end is ended', () => {
  const { facts } = change('run', ['1', base64Word('/bin/sleep'), base64Word('60')]);
  expect([facts.state, facts.exit]).toEqual(['applied', '124']);
});

test('words that are no base64, and a command without words, are refused before anything is begun', () => {
  for (const words of [['5'], ['x', 'L2Jpbi9scw..'], ['5', 'a b'], ['5', '!']]) {
    const { status } = change('run', words);
    expect([words, status]).toEqual([words, 64]);
  }
});

const file = join(etc, 'app.conf');
const upload = (content: string, before: string, { path = file, operation = `op/${randomUUID()}` } = {}) =>
  change('upload', [path, '0640', 'root:root', before, sha256(content), base64Word(content)], operation);

asRoot('a file is written whole, with its mode, and what was there comes back', () => {
  rmSync(file, { force: true });
  const first = `op/${randomUUID()}`;
  expect(upload('a=1\n', 'absent', { operation: first }).facts).toMatchObject({
    state: 'applied',
    sha256: sha256('a=1\n'),
  });
  expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['a=1\n', 0o640]);

  const second = `op/${randomUUID()}`;
  expect(upload('', sha256('a=1\n'), { operation: second }).facts.state).toBe('applied');
  expect(readFileSync(file, 'utf8')).toBe('');
  expect(upload('b', sha256('other')).facts).toMatchObject({ state: 'refused', reason: 'other-content' });

  expect(change('restore', [file, second, sha256('')]).facts.state).toBe('applied');
  expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['a=1\n', 0o640]);
  expect(change('restore', [file, first, sha256('x')]).facts.reason).toBe('other-content');
  expect(change('restore', [file, first, sha256('a=1\n')]).facts.state).toBe('applied');
  expect(existsSync(file)).toBe(false);
});

asRoot('a file that is in place is recorded as uploaded, also where its folder cannot be synced then', () => {
  const path = join(etc, 'synced.conf');
  const whole = readFileSync(program, 'utf8');
  const failing = `sync() { [ "$1" != ${etc} ] || return 1; command sync "$@"; }\n`;
  writeFileSync(program, whole.replace('umask 077\n', `umask 077\n${failing}`));
  try {
    expect(upload('a=1\n', 'absent', { path }).facts.state).toBe('applied');
    expect(readFileSync(path, 'utf8')).toBe('a=1\n');
  } finally {
    writeFileSync(program, whole);
  }
});

asRoot('a link, a folder that others can write in and one that is not allowed take no file', () => {
  symlinkSync('/etc/hostname', join(etc, 'link'));
  expect(upload('x', 'absent', { path: join(etc, 'link') }).facts.reason).toBe('no-file');
  mkdirSync(join(etc, 'open'));
  chmodSync(join(etc, 'open'), 0o777);
  expect(upload('x', 'absent', { path: join(etc, 'open', 'x') }).facts.reason).toBe('unsafe-folder');
  expect(upload('x', 'absent', { path: join(folder, 'x') }).facts.reason).toBe('not-allowed');
  expect(ask('read', 'within', '5', 'before-upload', join(folder, 'x')).facts.state).toBe('not-allowed');
  expect(ask('read', 'within', '5', 'before-upload', join(etc, 'link')).facts.state).toBe('no-file');
});

test('paths, modes, owners and checksums with more in them are refused', () => {
  const right = [file, '0644', 'root:root', 'absent', sha256('x'), base64Word('x')];
  for (const [at, wrong] of [
    [0, ['x', '/a/../b', '/a b', '']],
    [1, ['4755', '0999', '644', 'u+s', '']],
    [2, ['root', 'root:', ':root', 'a:b:c', '$(id):x']],
    [3, ['', 'none', 'ABC']],
    [4, ['', 'g']],
    [5, ['', 'a b', '$x']],
  ] as const) {
    for (const word of wrong) {
      const { status } = change(
        'upload',
        right.map((w, i) => (i === at ? word : w)),
      );
      expect([at, word, status]).toEqual([at, word, 64]);
    }
  }
});
