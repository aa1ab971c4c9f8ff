import { sql, type Kysely } from 'kysely';
import { BEGIN_INTENT } from '../functions/begin-intent.ts';

/** `begin_intent` as it is now: an attempt that a run left open when it ended no longer keeps others from the target. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`drop type begun_intent cascade`.execute(db);
  await sql.raw(BEGIN_INTENT).execute(db);
}
