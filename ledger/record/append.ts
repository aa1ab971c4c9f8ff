import type { Queries } from '../database/context.ts';

/** What an entry of the record can be about. */
export const ENTRY_KINDS = [
  'run-received',
  'run-started',
  'alert',
  'question-opened',
  'question-voted',
  'question-extended',
  'question-escalated',
  'question-reminded',
  'question-joined',
  'question-closed',
  'decision',
  'decision-delivered',
  'decision-refused',
  'intent',
  'result',
  'settle',
  'freeze',
  'lift',
  'stop',
  'delegation',
  'delegation-ended',
  'token-made',
  'token-revoked',
  'cancel',
  'taken-over',
  'given-back',
  'version-current',
  'version-retired',
  'run-moved',
  'temporal-moved',
  'schedule-paused',
  'schedule-resumed',
  'leftover',
  'leftover-cleared',
  'leftover-kept',
  'leftover-adopted',
  'reminder-set',
  'reminder-postponed',
  'reminder-closed',
  'journal',
  'run-ended',
  'sealed',
] as const;
type EntryKind = (typeof ENTRY_KINDS)[number];

export interface NewEntry {
  /** Empty for what concerns the whole deployment (a freeze). */
  readonly workflowId: string;
  readonly kind: EntryKind;
  readonly facts: unknown;
  /** Appended once for each such text. */
  readonly idem?: string | undefined;
}

/** Appends entries without a place in the log; the sealer gives them theirs. Call it in the transaction of what it records. */
export async function append(db: Queries, entries: readonly NewEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await db
    .insertInto('record_entries')
    .values(
      entries.map((e) => ({
        workflow_id: e.workflowId,
        kind: e.kind,
        facts: JSON.stringify(e.facts),
        idem: e.idem ?? null,
      })),
    )
    .onConflict((c) => c.column('idem').doNothing())
    .execute();
}
