import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { commandLine, endedByHost, shellWord } from '../../../../activities/hosts/ssh/command-line.ts';

/** The words as a real shell understood the command line. */
const asTheShellReads = ([shell, ...words]: readonly string[], argv: readonly string[]): string[] =>
  execFileSync(shell!, [...words, '-c', `printf '%s\\0' begin ${commandLine(argv)}`], { encoding: 'utf8' })
    .split('\0')
    .slice(1, -1);

const nasty = fc
  .oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({
      unit: fc.constantFrom(
        "'",
        '"',
        '\\',
        '$',
        '`',
        ' ',
        '\n',
        '\t',
        '*',
        '?',
        '~',
        '!',
        '#',
        '&',
        ';',
        '|',
        '<',
        '>',
        '(',
        ')',
        '{',
        '}',
        '[',
        '=',
        '-',
        'a',
        '\r',
        '\u0001',
      ),
    }),
    fc.constantFrom(
      'if',
      'done',
      '~root',
      '$(reboot)',
      '`reboot`',
      "'; reboot; '",
      '-n',
      'A=b',
      '*',
      '',
      '\\',
      "\\'",
      '{a,b}',
      '${IFS}',
      '!!',
    ),
  )
  .filter((word) => !word.includes('\0') && word.isWellFormed());

/** What sshd may find as somebody's shell: those of this machine. dash is Debian's and Ubuntu's sh, busybox Alpine's. */
const SHELLS = [
  ['/bin/sh'],
  ['/bin/bash'],
  ['/bin/bash', '--posix'],
  ['/usr/bin/dash'],
  ['/usr/bin/busybox', 'sh'],
];
for (const shell of SHELLS.filter(([program]) => existsSync(program!))) {
  test(`${shell.join(' ')} reads back exactly the words that were quoted`, () => {
    fc.assert(
      fc.property(fc.array(nasty, { maxLength: 12 }), (argv) => {
        expect(asTheShellReads(shell, argv)).toEqual(argv);
      }),
      { numRuns: 120 },
    );
  });
}

test('every byte but NUL, and every word that a shell reserves, comes back as it was', () => {
  const bytes = Array.from({ length: 0x250 }, (_, code) => String.fromCodePoint(code + 1));
  const reserved = [
    'if',
    'then',
    'case',
    'esac',
    'for',
    'in',
    'do',
    'done',
    '{',
    '}',
    '!',
    '[[',
    'time',
    'coproc',
  ];
  const argv = [...bytes, ...bytes.map((one) => `-${one}a`), ...reserved, '\u{1F980}', 'a\u202Eb'];
  for (const shell of SHELLS.filter(([program]) => existsSync(program!)))
    expect(asTheShellReads(shell, argv)).toEqual(argv);
});

test.each(['if', 'A=b', '{', '~root', '$x'])(
  '%j as the first word is a command of that name, nothing of the shell',
  (word) => {
    const run = () =>
      execFileSync('/bin/sh', ['-c', commandLine([word, 'x'])], { stdio: 'pipe', encoding: 'utf8' });
    expect(run).toThrow(/not found|Permission denied|No such file/);
  },
);

test('the words of the program on the host stay bare, so that its forced command can take them', () => {
  const words = ['read', 'within', '5', 'status', 'kube-proxy.service', 'a%2Fb/1:2', 'x+y@z'];
  expect(commandLine(words)).toBe(words.join(' '));
});

test('a NUL byte is refused', () => {
  expect(() => shellWord('a\0b')).toThrow(/NUL/);
});

test('the host ends a command that hangs, and then kills it', () => {
  expect(commandLine(endedByHost(['sh', '-c', 'sleep 9'], 5))).toBe("timeout -k 5 5 sh -c 'sleep 9'");
});
