import { z } from 'zod';
import { insideNode } from './inside-node.ts';

const Entry = z.object({
  __REALTIME_TIMESTAMP: z.string(),
  // journald gives text that is not UTF-8 as an array of bytes.
  MESSAGE: z.union([z.string(), z.array(z.number()), z.null()]).optional(),
  _SYSTEMD_UNIT: z.string().optional(),
  SYSLOG_IDENTIFIER: z.string().optional(),
});

export interface JournalEntry {
  readonly at: Date;
  readonly unit: string | undefined;
  readonly identifier: string | undefined;
  readonly message: string;
}

/** A node's journal as root sees it from the inside, past sshd and the product's helper. Oldest first. */
export async function readJournal(
  where: { stateDirectory: string; node: string },
  filter: { unit?: string; identifier?: string; since?: Date; kernel?: boolean } = {},
): Promise<JournalEntry[]> {
  const argv = ['journalctl', '--no-pager', '-o', 'json'];
  if (filter.kernel) argv.push('-k');
  if (filter.unit) argv.push('-u', filter.unit);
  if (filter.identifier) argv.push('-t', filter.identifier);
  if (filter.since) argv.push(`--since=@${(filter.since.getTime() / 1000).toFixed(6)}`);
  const { stdout } = await insideNode(where, argv);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => Entry.parse(JSON.parse(line)))
    .map((entry) => ({
      at: new Date(Number(entry.__REALTIME_TIMESTAMP) / 1000),
      unit: entry._SYSTEMD_UNIT,
      identifier: entry.SYSLOG_IDENTIFIER,
      message: Array.isArray(entry.MESSAGE) ? Buffer.from(entry.MESSAGE).toString() : (entry.MESSAGE ?? ''),
    }));
}
