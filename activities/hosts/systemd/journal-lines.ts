/** `journalctl -o json`: one object a line, every value a string, an array of bytes, or null when it was too large. */
import { isMoment, parseJson } from '../../kit/index.ts';

export interface JournalEntry {
  readonly at: Date;
  readonly message: string;
  readonly fields: Readonly<Record<string, string | undefined>>;
}

const INFORMATION = 6;

/** syslog's, 0 to 7; information where none is said. */
export const priorityOf = ({ PRIORITY = '' }: JournalEntry['fields']): number =>
  /^[0-7]$/.test(PRIORITY) ? Number(PRIORITY) : INFORMATION;

/** The lines that are journal entries; others (an error text, a line cut off) are left out. */
export function journalEntries(lines: readonly string[]): JournalEntry[] {
  return lines.flatMap((line) => {
    if (!line.startsWith('{')) return [];
    const parsed = parse(line);
    const micros = Number(parsed?.__REALTIME_TIMESTAMP);
    if (!parsed || !isMoment(micros / 1000)) return [];
    const fields = Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key, text(value)]));
    return [{ at: new Date(micros / 1000), message: fields.MESSAGE ?? '', fields }];
  });
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    return parseJson(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** A value that is not UTF-8 comes as its bytes; one that was logged several times as an array of values. */
function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  return value.every((byte) => typeof byte === 'number')
    ? Buffer.from(value).toString('utf8')
    : text(value[0]);
}
