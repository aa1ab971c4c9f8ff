import { sql } from 'kysely';
import { PlannedChange, type Position } from '../activities/kit/index.ts';
import { JournalEntry } from '../workflows/messages.ts';
import type { ResultRow } from './api.ts';
import type { LedgerContext } from './database/context.ts';

/** A change that a run began, as it was approved, and how it ended. */
export interface ToldChange {
  readonly plan: number;
  readonly position: Position;
  readonly change: PlannedChange;
  readonly begunAt: string;
  readonly endedAt?: string | undefined;
  /** Absent while nobody knows. */
  readonly outcome?: ResultRow['outcome'] | undefined;
  readonly message?: string | undefined;
}

/** What a report tells of a run. */
export interface StoryLedger {
  /** Of an ended run: its story, oldest first. A line that was too long for the record has lost its facts. */
  storyOf(workflowId: string): Promise<readonly JournalEntry[]>;
  /** In the order in which they began. */
  changesOf(workflowId: string): Promise<readonly ToldChange[]>;
}

export function storyMethods({ db }: LedgerContext): StoryLedger {
  return {
    storyOf: async (workflowId) => {
      // A run that was reset has ended more than once: its last story is told. A sealed entry keeps its facts in its leaf alone.
      const { rows } = await sql<{ line: unknown }>`
        select line from record_entries e,
            json_array_elements(coalesce(e.facts, e.leaf::json -> 'facts') -> 'lines') as lines (line)
          where e.workflow_id = ${workflowId} and e.kind = 'journal' order by e.id, (line ->> 'seq')::integer`.execute(
        db,
      );
      const bySeq = new Map<number, JournalEntry>();
      for (const { line } of rows) {
        const parsed = JournalEntry.safeParse(line);
        if (parsed.success) bySeq.set(parsed.data.seq, parsed.data);
      }
      return [...bySeq.values()].toSorted((a, b) => a.seq - b.seq);
    },

    changesOf: async (workflowId) => {
      const { rows } = await sql<Row>`
        select distinct on (i.plan, i.position_kind, i.position_index) i.plan, i.position_kind as kind,
            i.position_index as index, i.change, utc(a.begun_at) as "begunAt", utc(a.ended_at) as "endedAt", a.outcome,
            a.message
          from intents i join attempts a using (workflow_id, plan, position_kind, position_index)
          where i.workflow_id = ${workflowId}
          order by i.plan, i.position_kind, i.position_index, a.attempt desc`.execute(db);
      return rows
        .flatMap(({ kind, index, change, endedAt, outcome, message, ...row }) => {
          const planned = PlannedChange.safeParse(change);
          if (!planned.success) return [];
          const position = { kind, index };
          return [
            {
              ...{ ...row, position, change: planned.data, endedAt: endedAt ?? undefined },
              ...{ outcome: outcome ?? undefined, message: message ?? undefined },
            },
          ];
        })
        .toSorted((a, b) => a.begunAt.localeCompare(b.begunAt));
    },
  };
}

interface Row {
  readonly plan: number;
  readonly kind: Position['kind'];
  readonly index: number;
  readonly change: unknown;
  readonly begunAt: string;
  readonly endedAt: string | null;
  readonly outcome: ResultRow['outcome'] | null;
  readonly message: string | null;
}
