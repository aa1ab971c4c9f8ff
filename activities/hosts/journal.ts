import { implementRead, StepFailure } from '../kit/index.ts';
import { hosts } from './contract.ts';
import type { Journal } from './contract/journal.ts';
import { quotable } from './program/answer.ts';
import { ask } from './program/ask.ts';
import type { Ssh } from './ssh/ssh.ts';
import { journalEntries, priorityOf, type JournalEntry } from './systemd/journal-lines.ts';
import { assertHasSystemd } from './systemd/no-systemd.ts';
import { oomKillsOf } from './systemd/oom-kills.ts';
import { quantity } from './systemd/show.ts';

const READ_LINES = 5_000;
const MAX_BYTES = 16 * 1024 * 1024;
const MESSAGE_LENGTH = 500;

export const journalStep = (ssh: Ssh) =>
  implementRead(hosts.journal, async ({ host, unit, lastMinutes, lines, patterns }, context) => {
    const counted = patterns.map((pattern) => ({ pattern, test: new RegExp(pattern) }));
    const minutes = String(lastMinutes);
    const [read, ooms] = await Promise.all([
      ask(
        ssh,
        {
          host,
          words: ['journal', unit, minutes, String(READ_LINES)],
          withinSeconds: 10,
          maxBytes: MAX_BYTES,
        },
        context,
      ),
      ask(ssh, { host, words: ['oom', unit, minutes], withinSeconds: 10 }, context),
    ]);
    assertHasSystemd(read, 'journalctl');
    if (read.status !== 0) {
      throw new StepFailure(
        'retryable',
        `journalctl on ${host} failed: ${quotable(read.stderr) || `exit ${read.status}`}`,
        {
          next: 'Try a shorter window.',
          facts: { host, unit },
        },
      );
    }
    const entries = journalEntries(read.lines);
    return {
      host,
      unit,
      from: new Date(read.hostTime.getTime() - lastMinutes * 60_000).toISOString(),
      hostTime: read.hostTime.toISOString(),
      entries: lines === 0 ? [] : entries.slice(-lines).map(shown),
      linesRead: entries.length,
      truncated: entries.length >= READ_LINES,
      patterns: counted.map(({ pattern, test }) =>
        count(
          pattern,
          entries.filter(({ message }) => test.test(message)),
        ),
      ),
      oomKills: oomKillsOf(unit, ooms.lines),
    };
  });

const count = (pattern: string, found: readonly JournalEntry[]): Journal['patterns'][number] => ({
  pattern,
  count: found.length,
  firstAt: found[0]?.at.toISOString() ?? null,
  lastAt: found.at(-1)?.at.toISOString() ?? null,
  example: found.at(-1)?.message.slice(0, MESSAGE_LENGTH) ?? null,
});

const shown = ({ at, message, fields }: JournalEntry): Journal['entries'][number] => ({
  at: at.toISOString(),
  priority: priorityOf(fields),
  identifier: fields.SYSLOG_IDENTIFIER ?? '',
  pid: quantity(fields._PID),
  message: message.slice(0, MESSAGE_LENGTH),
});
