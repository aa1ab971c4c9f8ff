import type { Verdict } from '../../kit/index.ts';
import type { ExecResult } from '../client/exec.ts';
import type { kubernetes } from '../contract.ts';

/** Exit codes with which a shell or runtime says that the program itself is missing. */
const NOT_STARTED = new Set([126, 127]);

type Asked = Parameters<typeof kubernetes.execInPod>[0];

/** What an exit code says. */
export function verdictOf(
  { exitCode, stderr }: ExecResult,
  { connect, argv }: Pick<Asked, 'connect' | 'argv'>,
): Verdict {
  const last = readable(stderr).trim().split('\n').at(-1);
  if (connect) {
    const to = `${connect.host}:${connect.port}`;
    if (exitCode === 0) return { verdict: 'pass', reason: `connected to ${to}` };
    if (NOT_STARTED.has(exitCode))
      return { verdict: 'unknown', reason: `the container has no program for the probe: ${last}` };
    return { verdict: 'fail', reason: `no connection to ${to}: ${last || `exit code ${exitCode}`}` };
  }
  if (exitCode === 0) return { verdict: 'pass', reason: `${argv?.[0]} ended with exit code 0` };
  return {
    verdict: 'fail',
    reason: `${argv?.[0]} ended with exit code ${exitCode}${last ? `: ${last}` : ''}`,
  };
}

/** Output without control characters other than line breaks and tabs. */
export const readable = (text: string) => text.replace(/[^\P{Cc}\n\t]|\p{Bidi_Control}/gu, '');
