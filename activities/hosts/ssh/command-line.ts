const SAFE = /^[A-Za-z0-9_./:@%+,-]+$/;
const RESERVED = new Set(
  'if then else elif fi do done case esac while until for in select function time coproc'.split(' '),
);

/** One word as a POSIX shell reads it back; the only place where text becomes part of a command line. */
export function shellWord(word: string): string {
  if (word.includes('\0')) throw new TypeError('a command word cannot hold a NUL byte');
  return SAFE.test(word) && !RESERVED.has(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command line for sshd, which hands it to the user's shell. */
export const commandLine = (argv: readonly string[]): string => argv.map(shellWord).join(' ');

/** The deadline that holds: `timeout` on the host ends the command there, whatever becomes of the connection. */
export const endedByHost = (argv: readonly string[], seconds: number): string[] => [
  'timeout',
  '-k',
  '5',
  String(seconds),
  ...argv,
];
