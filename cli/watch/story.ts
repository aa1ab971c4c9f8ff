import type { RunDetail } from '../../gateway/api/runs.ts';
import { isRepeated, renderEntry } from '../render/journal.ts';
import { renderOpenQuestion } from '../render/run-detail.ts';
import type { Screen } from '../render/screen.ts';
import type { JournalEntry } from '../../workflows/messages.ts';

/** What has been printed of a run already: the status under which each entry was, and the questions that were shown. */
export interface Printed {
  readonly entries: ReadonlyMap<number, JournalEntry['status']>;
  readonly questions: ReadonlySet<string>;
  /** The last entry that was printed. */
  readonly last?: JournalEntry | undefined;
}

export const NOTHING_PRINTED: Printed = { entries: new Map(), questions: new Set() };

/**
 * The lines that a new state of the run adds to what was printed: each entry once, when it has an outcome or begins to
 * wait, and each question in full when it opens. Nothing that was printed is taken back, so it reads the same in a pipe.
 */
export function newLines(
  printed: Printed,
  { run, state, questions }: RunDetail,
  screen: Screen,
): { lines: string[]; printed: Printed } {
  const startedAt = state?.startedAt ?? run.startedAt ?? run.receivedAt;
  const fresh = (state?.journal ?? []).filter((entry) => isNews(printed.entries.get(entry.seq), entry));
  const opened = questions.filter((q) => q.status === 'open' && !printed.questions.has(q.question.id));
  const told = fresh.filter((entry, i) => !isRepeated(i === 0 ? printed.last : fresh[i - 1], entry));
  return {
    lines: [
      ...told.flatMap((entry) => renderEntry(entry, { startedAt, screen, by: 'end' })),
      ...opened.flatMap((q) => ['', ...renderOpenQuestion(q, screen), '']),
    ],
    printed: {
      entries: new Map([...printed.entries, ...fresh.map((e) => [e.seq, e.status] as const)]),
      last: fresh.at(-1) ?? printed.last,
      questions: new Set([...printed.questions, ...opened.map((q) => q.question.id)]),
    },
  };
}

function isNews(before: JournalEntry['status'] | undefined, { status, kind }: JournalEntry): boolean {
  if (status === 'running') return false;
  if (before === undefined) return true;
  // An answered question has its decision as an entry of its own.
  return before === 'waiting' && status !== 'waiting' && kind !== 'question' && kind !== 'hold';
}
