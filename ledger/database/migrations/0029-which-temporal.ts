import { sql, type Kysely } from 'kysely';

/** One row: which Temporal has the deployment's runs. Written at its first use, and when people say that it moved. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table temporal_home (
      only_row boolean primary key default true check (only_row),
      namespace_id text not null,
      namespace text,
      address text,
      since timestamptz not null default clock_timestamp()
    )`.execute(db);
}
