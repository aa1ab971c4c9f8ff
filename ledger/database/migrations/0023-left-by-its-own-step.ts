import { sql, type Kysely } from 'kysely';
import { LEFTOVER } from '../functions/leftover.ts';

/** What a run left on a target is cleared by the step that takes it away, not by any undo on that target. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(LEFTOVER.replace('create function', 'create or replace function')).execute(db);
}
