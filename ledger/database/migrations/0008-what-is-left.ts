import { sql, type Kysely } from 'kysely';
import { END_ATTEMPT } from '../functions/end-attempt.ts';
import { LEFTOVER } from '../functions/leftover.ts';
import { RECORD_BY_HAND } from '../functions/record-by-hand.ts';

/**
 * What is left is written with the result that left it, names the step that takes it away, and is cleared by whoever
 * does. A stop is told to its run, as an alert's news are.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    `alter table leftovers add column cluster text, add column step text, add column undo json,
      add column cleared_by text, add column asked_at timestamptz`,
    `create index leftovers_at_target on leftovers (target) where cleared_at is null`,
    `alter table signals drop constraint signals_kind_check, alter column alert_id drop not null,
      add constraint signals_kind_check check (kind in ('repeated', 'resolved', 'stopped')),
      add constraint signals_of_alert check ((kind = 'stopped') = (alert_id is null))`,
    `drop function if exists finish_attempt, settle_attempt, record_end, account_for_leftover, record_by_hand`,
    `drop type if exists ended_attempt`,
    LEFTOVER,
    END_ATTEMPT,
    RECORD_BY_HAND,
  ])
    await sql.raw(statement).execute(db);
}
