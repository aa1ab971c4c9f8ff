import { sql, type Kysely } from 'kysely';
import { FREEZE_RECORDED } from '../functions/freezes.ts';

/** The record of a lift holds the scope of its freeze; older ones hold its id. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(FREEZE_RECORDED).execute(db);
}
