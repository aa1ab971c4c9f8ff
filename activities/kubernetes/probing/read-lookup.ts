/** What nslookup said: busybox's and BIND's use the same words for what matters. */
import type { z } from 'zod';
import { printable } from '../client/failure.ts';
import type { kubernetes } from '../contract.ts';

type Output = z.output<(typeof kubernetes.lookUpFromNode)['contract']['output']>;

/** Exit codes with which a shell or runtime says that the program itself is missing. */
export const NOT_STARTED: ReadonlySet<number> = new Set([126, 127]);
/** Exit codes of `timeout` when it has ended the program: coreutils', and a shell's for the signal that busybox' sends. */
const OUT_OF_TIME = new Set([124, 143]);
/** Words for a server that was asked and did not answer. */
const UNANSWERED =
  /timed out|no servers could be reached|connection refused|no route to host|(network|host) (is )?unreachable/i;

export function readLookup(
  { exitCode, output }: { readonly exitCode: number; readonly output: string },
  { node, name, server }: { readonly node: string; readonly name: string; readonly server: string },
): Omit<Output, 'node'> {
  const asked = `${node} asked ${server} for ${name}`;
  const nothing = (answer: Output['answer'], reason: string, verdict: 'fail' | 'unknown' = 'fail') => ({
    verdict,
    reason,
    answer,
    addresses: [],
  });
  if (NOT_STARTED.has(exitCode)) {
    return nothing('none', `the probe image has no nslookup: ${printable(output, 200)}`, 'unknown');
  }
  // The server's own address comes first, above the answer.
  const answer = output.slice(Math.max(0, output.search(/^\s*$/m)));
  const addresses = [...answer.matchAll(/^Address(?: \d+)?:\s*([0-9a-fA-F.:]+)/gm)].map((m) => m[1]!);
  if (exitCode === 0 && addresses.length > 0) {
    return { verdict: 'pass', reason: `${asked}: ${addresses.join(', ')}`, answer: 'address', addresses };
  }
  if (/NXDOMAIN|can't find .*: (No answer|Name does not resolve)/i.test(output)) {
    return nothing('nxdomain', `${asked}: there is no such name`);
  }
  const code = /\b(SERVFAIL|REFUSED|NOTIMP|FORMERR)\b/.exec(output)?.[1];
  if (code) return nothing('failed', `${asked}: ${code}`);
  if (OUT_OF_TIME.has(exitCode) || UNANSWERED.test(output)) {
    return nothing('silent', `${asked}: no answer in time`);
  }
  const said = printable(output.trim(), 200) || 'it said nothing';
  return nothing(
    'none',
    `${asked}, and whether an answer came is not known: nslookup ended with exit code ${exitCode}: ${said}`,
    'unknown',
  );
}
