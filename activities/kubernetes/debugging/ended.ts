/** A command that ends by itself, and what its end says. */
import type { ApplyContext } from '../../kit/index.ts';
import { readable } from '../probing/exec-verdict.ts';
import type { Ended } from '../probing/container-state.ts';
import { withWhole } from './whole-output.ts';

interface Asked {
  readonly argv: readonly string[];
  readonly timeoutSeconds: number;
  readonly limitBytes: number;
}

/** Seconds that a command which does not end when it is told to is given. */
const KILL_AFTER = 5;

/**
 * The argv under `timeout`, which every busybox and coreutils has: it ends also when nobody waits for it any more. The
 * shell, to whose fixed line the argv is only arguments, keeps it from being process 1, which ignores TERM and KILL of
 * its own namespace.
 */
export const bounded = ({ argv, timeoutSeconds }: Pick<Asked, 'argv' | 'timeoutSeconds'>): string[] => [
  'sh',
  '-c',
  `timeout -k ${KILL_AFTER} "$@"; exit $?`,
  'debug',
  String(timeoutSeconds),
  ...argv,
];

/** Exit codes of `timeout` that has ended a command: coreutils', and busybox's. */
const OUT_OF_TIME = new Set([124, 143]);
const KILLED = 137;
/** Exit codes with which `timeout` or a runtime says that the program itself is missing. */
const NOT_STARTED = new Set([125, 126, 127]);

/** `where`: in what it ran, for the reason: "a debug container of api-1". `name`: of the artefact, where there is one. */
export async function endedAs(
  ended: Ended,
  { argv, timeoutSeconds, limitBytes }: Asked,
  { where, name, keep }: Pick<ApplyContext, 'keep'> & { readonly where: string; readonly name: string },
) {
  if (ended.state !== 'ended') {
    const what =
      ended.state === 'late'
        ? `how ${argv[0]} ended in ${where} is not known`
        : `${argv[0]} could not be run in ${where}`;
    return {
      verdict: 'unknown' as const,
      reason: `${what}: ${readable(ended.why)}`,
      exitCode: null,
      output: '',
    };
  }
  const { exitCode } = ended;
  const text = readable(ended.output);
  const last = text.trim().split('\n').at(-1);
  const said = last ? `: ${last.slice(0, 300)}` : '';
  const { shown: output, ...more } = await withWhole({ text, limitBytes, name }, { keep });
  const all = { exitCode, output, ...more };
  if (exitCode === 0)
    return { verdict: 'pass' as const, reason: `${argv[0]} ended with exit code 0`, ...all };
  if (NOT_STARTED.has(exitCode)) {
    return {
      verdict: 'unknown' as const,
      reason: `${argv[0]} could not be started in ${where}${said}`,
      ...all,
    };
  }
  const how = OUT_OF_TIME.has(exitCode)
    ? `did not end within ${timeoutSeconds} s and was ended`
    : exitCode === KILLED
      ? 'was killed: out of memory, or not gone when its time was up'
      : `ended with exit code ${exitCode}`;
  return { verdict: 'fail' as const, reason: `${argv[0]} ${how}${said}`, ...all };
}
