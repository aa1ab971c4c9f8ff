import { implementRead, plainLine, StepFailure } from '../kit/index.ts';
import { hosts } from './contract.ts';
import { KERNEL_PROBLEMS } from './contract/kernel-messages.ts';
import { problemOf } from './kernel/kernel-problems.ts';
import { quotable } from './program/answer.ts';
import { ask } from './program/ask.ts';
import type { Ssh } from './ssh/ssh.ts';
import { journalEntries, priorityOf } from './systemd/journal-lines.ts';
import { assertHasSystemd } from './systemd/no-systemd.ts';

const READ_LINES = 5_000;
const SHOWN_PROBLEMS = 200;
const MAX_BYTES = 16 * 1024 * 1024;

export const kernelMessagesStep = (ssh: Ssh) =>
  implementRead(hosts.kernelMessages, async ({ host, lastMinutes, lines }, context) => {
    const words = ['kernel', String(lastMinutes), String(READ_LINES)];
    const read = await ask(ssh, { host, words, withinSeconds: 10, maxBytes: MAX_BYTES }, context);
    assertHasSystemd(read, 'journalctl');
    if (read.status !== 0) {
      throw new StepFailure(
        'retryable',
        `journalctl on ${host} failed: ${quotable(read.stderr) || `exit ${read.status}`}`,
        { next: 'Try a shorter window.', facts: { host } },
      );
    }
    const entries = journalEntries(read.lines).map(({ at, message, fields }) => ({
      at: at.toISOString(),
      priority: priorityOf(fields),
      message: plainLine(message),
    }));
    const problems = entries.flatMap(({ at, message }) => {
      const problem = problemOf(message);
      return problem ? [{ at, ...problem, message }] : [];
    });
    return {
      host,
      hostTime: read.hostTime.toISOString(),
      from: new Date(read.hostTime.getTime() - lastMinutes * 60_000).toISOString(),
      linesRead: entries.length,
      truncated: entries.length >= READ_LINES,
      problems: problems.slice(-SHOWN_PROBLEMS),
      counts: KERNEL_PROBLEMS.flatMap((kind) => {
        const found = problems.filter((problem) => problem.kind === kind);
        const [first, last] = [found[0], found.at(-1)];
        return first && last ? [{ kind, count: found.length, firstAt: first.at, lastAt: last.at }] : [];
      }),
      entries: lines === 0 ? [] : entries.slice(-lines),
    };
  });
