import { sql, type Kysely } from 'kysely';
import { RECEIVE_ALERT } from '../functions/receive-alert.ts';

/** A firing that comes after its own end is known as such also where the end carries a later time. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(RECEIVE_ALERT.replaceAll('create function', 'create or replace function')).execute(db);
}
