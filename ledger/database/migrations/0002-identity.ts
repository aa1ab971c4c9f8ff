import { randomBytes } from 'node:crypto';
import { sql, type Kysely } from 'kysely';

/** One row: a random name for this very ledger, made with it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table identity (only_row boolean primary key default true check (only_row), name text not null)`.execute(
    db,
  );
  await sql`insert into identity (name) values (${randomBytes(4).toString('hex')})`.execute(db);
}
