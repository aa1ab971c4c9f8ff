/** A run's story as a graph: rows in the order in which things happened, side by side what went on at the same time. */
import type { JournalEntry } from '../../workflows/messages.ts';
import { cleanLine } from '../../activities/kit/clean.ts';

export interface GraphNode {
  readonly id: string;
  readonly kind: JournalEntry['kind'];
  readonly text: string;
  readonly status: JournalEntry['status'];
  /** How often the same was done in a row. */
  readonly times: number;
  /** What led on from here: the answer to a question. */
  readonly answer?: string | undefined;
}

export type GraphRow = readonly GraphNode[];

/** What people decided is shown on the way from its question; findings and notes are what a run said, not what it did. */
const LEFT_OUT: readonly JournalEntry['kind'][] = ['decision', 'note', 'finding', 'alert', 'reminder'];

/** The rows of a journal. An entry that began before all of the row above it had ended stands in that row. */
export function graphOf(journal: readonly JournalEntry[]): readonly GraphRow[] {
  const rows: { nodes: GraphNode[]; firstEnd: string }[] = [];
  for (const entry of journal) {
    if (LEFT_OUT.includes(entry.kind)) continue;
    const row = rows.at(-1);
    const same = row?.nodes.findIndex((n) => n.kind === entry.kind && n.text === textOf(entry)) ?? -1;
    const known = row?.nodes[same];
    if (row && known) {
      const answer = answerOf(entry) ?? known.answer;
      row.nodes[same] = { ...known, status: entry.status, times: known.times + 1, answer };
      continue;
    }
    const end = entry.endedAt ?? entry.at;
    if (row && entry.at < row.firstEnd) {
      row.nodes.push(nodeOf(entry));
      row.firstEnd = end < row.firstEnd ? end : row.firstEnd;
    } else rows.push({ nodes: [nodeOf(entry)], firstEnd: end });
  }
  return rows.map((row) => row.nodes);
}

const nodeOf = (entry: JournalEntry): GraphNode => ({
  ...{ id: `n${entry.seq}`, kind: entry.kind, text: textOf(entry), status: entry.status, times: 1 },
  answer: answerOf(entry),
});

const textOf = ({ text }: JournalEntry): string => cleanLine(text);

function answerOf({ facts }: JournalEntry): string | undefined {
  const { answer, people, person } = facts ?? {};
  if (typeof answer !== 'string') return undefined;
  const by = Array.isArray(people)
    ? people.filter((p) => typeof p === 'string').join(', ')
    : typeof person === 'string'
      ? person
      : '';
  return cleanLine(by ? `${answer} (${by})` : answer);
}

/** `read: pods of shop (3 times)`. */
export const labelOf = ({ kind, text, times }: GraphNode): string =>
  `${kind}: ${text}${times > 1 ? ` (${times} times)` : ''}`;
