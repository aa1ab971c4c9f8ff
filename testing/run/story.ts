import type { JournalEntry } from '../../workflows/messages.ts';

/** A run's journal for the message of a failed test: one line an entry. */
export function storyOf(journal: readonly JournalEntry[]): string {
  if (journal.length === 0) return '  (nothing yet)';
  const began = Date.parse(journal[0]!.at);
  return journal.map((entry) => lineOf(entry, began)).join('\n');
}

function lineOf({ at, kind, name, text, status, facts }: JournalEntry, began: number): string {
  const since = `+${Math.round((Date.parse(at) - began) / 1_000)}s`.padEnd(8);
  const step = kind === 'read' || kind === 'change' || kind === 'check' ? ` [${name}]` : '';
  const says = ['outcome', 'verdict', 'reason', 'answer', 'message']
    .filter((key) => facts?.[key] !== undefined && facts[key] !== '')
    .map((key) => `${key}: ${wordOf(facts?.[key])}`);
  const more = [...(status === 'ok' ? [] : [status]), ...says].join(', ');
  return `  ${since}${kind.padEnd(9)} ${text.split('\n')[0]}${step}${more ? ` (${more})` : ''}`;
}

const wordOf = (fact: unknown): string => (typeof fact === 'string' ? fact : JSON.stringify(fact));
