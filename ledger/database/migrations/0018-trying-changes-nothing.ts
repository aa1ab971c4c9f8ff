import { sql, type Kysely } from 'kysely';
import { BLOCKED } from '../functions/blocked.ts';

/** A run that only tries begins no effect, whoever grants it one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(BLOCKED).execute(db);
}
