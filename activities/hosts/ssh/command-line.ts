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

/**
 * Ended by the host at the limit, and also when nobody waits any longer: a call that was cancelled, a worker that died, a
 * connection that broke. For reads, run with `held`: the script has the channel as its standard input, which ends with
 * it; the command's own input is empty. sshd itself does not pass signals on to a forced command, nor to root's.
 */
export const whileAsked = (argv: readonly string[], seconds: number): string[] => [
  'sh',
  '-c',
  WHILE_ASKED,
  'sh',
  ...endedByHost(argv, seconds),
];

/** `timeout` hands a SIGTERM on to all that it started. The words of the command are the script's arguments, never its text. */
const WHILE_ASKED = [
  'exec 3<&0 </dev/null',
  '"$@" 3<&- & command=$!',
  '{ while read -r _ <&3; do :; done; kill -TERM "$command"; } >/dev/null 2>&1 & watch=$!',
  'exec 3<&-',
  'wait "$command"; code=$?',
  'kill "$watch" 2>/dev/null',
  'exit "$code"',
].join('\n');
