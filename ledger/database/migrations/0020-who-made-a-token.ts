import { sql, type Kysely } from 'kysely';

/** Who made a token and who revoked it; empty for those of before. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table tokens add column created_by text, add column revoked_by text`.execute(db);
}
