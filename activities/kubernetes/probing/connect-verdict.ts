/** What a probe pod that was to connect says of the connection. */
import { printable } from '../client/failure.ts';
import type { Connect } from '../contract/probing.ts';
import type { Ended } from './container-state.ts';
import { NOT_STARTED } from './read-lookup.ts';

export interface Asked {
  readonly node: string;
  readonly connect: Connect;
}

export function connectVerdict(ended: Ended, { node, connect: { host, port } }: Asked) {
  const to = `${host}:${port}`;
  if (ended.state !== 'ended') {
    return {
      verdict: 'unknown' as const,
      reason: `the probe could not run on ${node}: ${printable(ended.why, 300)}`,
      exitCode: null,
      output: '',
    };
  }
  const { exitCode } = ended;
  const output = printable(ended.output, 1_000);
  if (NOT_STARTED.has(exitCode)) {
    const reason = `the probe image has no program to connect with: ${output || `exit code ${exitCode}`}`;
    return { verdict: 'unknown' as const, reason, exitCode, output };
  }
  if (exitCode === 0)
    return { verdict: 'pass' as const, reason: `${node} connects to ${to}`, exitCode, output };
  const reason = `${node} does not connect to ${to}: ${output || `exit code ${exitCode}`}`;
  return { verdict: 'fail' as const, reason, exitCode, output };
}
