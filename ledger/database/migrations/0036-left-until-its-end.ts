import { sql, type Kysely } from 'kysely';
import { LEFTOVER } from '../functions/leftover.ts';

/** What ends by itself is left until then, and is cleared only by whoever ends exactly that. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table leftovers add column ends_at timestamptz').execute(db);
  await sql.raw(LEFTOVER.replace('create function', 'create or replace function')).execute(db);
}
