import { sql, type Kysely } from 'kysely';

/** The code of runbooks as workers host it, kept until no run needs it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table bundles (
      id text primary key,
      code bytea not null,
      contracts json not null,
      kept_by text not null,
      kept_at timestamptz not null default clock_timestamp()
    )`.execute(db);
}
