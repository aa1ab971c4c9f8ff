import { LONG_HISTORY, type JournalEntry } from '../../workflows/messages.ts';

/** Why a run that came to its end in a test would be too long in earnest. */
export function tooLong(journal: readonly JournalEntry[]): string | undefined {
  const said = journal.find((line) => line.kind === 'note' && line.name === LONG_HISTORY);
  return said && `the run ended, and it is too long for a run. ${said.text}`;
}
