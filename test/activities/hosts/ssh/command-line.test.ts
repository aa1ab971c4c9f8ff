import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { commandLine, endedByHost, shellWord } from '../../../../activities/hosts/ssh/command-line.ts';

/** The words as a real shell understood the command line. */
const asTheShellReads = (shell: string, argv: readonly string[]): string[] =>
  execFileSync(shell, ['-c', `printf '%s\\0' begin ${commandLine(argv)}`], { encoding: 'utf8' })
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

test.each(['/bin/sh', '/bin/bash'])('%s reads back exactly the words that were quoted', (shell) => {
  fc.assert(
    fc.property(fc.array(nasty, { maxLength: 12 }), (argv) => {
      expect(asTheShellReads(shell, argv)).toEqual(argv);
    }),
    { numRuns: 150 },
  );
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
