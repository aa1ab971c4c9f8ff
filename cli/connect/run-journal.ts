import { z } from 'zod';
import { ApiError, type ApiClient } from '../../gateway/api-client.ts';
import type { RunDetail } from '../../gateway/api/runs.ts';
import { JournalEntry } from '../../workflows/messages.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import { parseBundle, parseLeaf, type Bundle } from '../render/record.ts';

const Lines = z.looseObject({ lines: z.array(z.unknown()) });

export interface RunJournal {
  readonly journal: readonly JournalEntry[];
  /** How many earlier lines an open run no longer tells, where all of them are too much for one answer. */
  readonly missing: number;
}

/**
 * The whole journal of a run: of an ended one as its record has it, which needs neither Temporal nor a worker; of an
 * open one, or one whose end is not in the log yet, as the run itself tells it.
 */
export async function journalOf(
  api: Pick<ApiClient, 'record'>,
  { run, state, note }: RunDetail,
): Promise<RunJournal> {
  let cause: unknown;
  if (run.status === 'ended') {
    try {
      const journal = journalIn(parseBundle(await api.record(run.workflowId)));
      if (journal.length > 0) return { journal, missing: 0 };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      cause = error;
    }
  }
  if (state) return { journal: state.journal, missing: state.cut?.journal ?? 0 };
  throw new CliFailure(
    EXIT.unreachable,
    `${run.workflowId} does not tell its story: ${note ?? 'no answer'}`,
    {
      next:
        run.status === 'ended'
          ? 'its record has no line of it either; "nightshift record show" prints what there is'
          : 'a run tells it while a worker hosts its version; once it has ended, its record does',
      ...(cause !== undefined && { cause }),
    },
  );
}

/** The journal that a record holds, oldest line first; empty when it does not reach to the run's end. */
export function journalIn({ entries }: Bundle): readonly JournalEntry[] {
  const leaves = entries.map(({ leaf }) => parseLeaf(leaf));
  if (!leaves.some((leaf) => leaf?.kind === 'run-ended')) return [];
  // A run that was reset has ended more than once: its last story is told.
  const bySeq = new Map<number, JournalEntry>();
  for (const leaf of leaves) {
    if (leaf?.kind !== 'journal') continue;
    for (const line of Lines.safeParse(leaf.facts).data?.lines ?? []) {
      const entry = JournalEntry.safeParse(line).data;
      if (entry) bySeq.set(entry.seq, entry);
    }
  }
  return [...bySeq.values()].toSorted((a, b) => a.seq - b.seq);
}
