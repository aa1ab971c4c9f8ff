/** strace beside a program for a few seconds: it lets go of the program when `timeout` ends it, and says then what it saw. */
import type { z } from 'zod';
import type { ApplyContext, ArtefactRef } from '../../kit/index.ts';
import { printable } from '../client/failure.ts';
import type { Program } from '../contract/debugging.ts';
import type { Ended } from '../probing/container-state.ts';
import { readable } from '../probing/exec-verdict.ts';
import { notLookedAt } from './not-looked-at.ts';
import { wholeLines } from './profiler.ts';

type Traced = z.output<typeof Program> & { readonly seconds: number };

export const tracing = ({ pod, container, pid, seconds }: Traced, options: readonly string[]) => ({
  ...{ pod, container },
  argv: ['strace', ...options, '-p', String(pid)],
  timeoutSeconds: seconds,
  warnings: [
    `Every system call of the program is stopped twice for ${seconds} s: it can be many times slower meanwhile`,
    'Processes that it has started before are not followed',
  ],
});

export interface Seen {
  readonly text: string;
  readonly truncated?: string;
  readonly artefacts: readonly ArtefactRef[];
}

/** What strace wrote, kept; or why there is nothing. */
export async function seenBy(
  ended: Ended,
  { pod, image, file }: { readonly pod: string; readonly image: string; readonly file: string },
  { keep }: Pick<ApplyContext, 'keep'>,
): Promise<Seen | { readonly nothing: string }> {
  const missing = notLookedAt(ended, { tool: 'strace', image, pod });
  if (missing !== undefined || ended.state !== 'ended') return { nothing: missing ?? ended.state };
  const { text: lines, truncated } = wholeLines(ended.output);
  const text = readable(lines);
  const refused = /^(?:\S*strace): (.*(?:ptrace|attach|Could not|invalid).*)$/im.exec(text)?.[1];
  if (refused && !/\battached\b/.test(text))
    return { nothing: `strace could not trace ${pod}: ${printable(refused, 300)}` };
  const content = Buffer.from(text);
  const name = `${file}-${pod}`.slice(0, 90);
  const kept = await keep({ name: `${name}.txt`, mediaType: 'text/plain', content });
  return {
    text,
    ...(truncated && { truncated }),
    artefacts: kept ? [kept] : [],
  };
}
