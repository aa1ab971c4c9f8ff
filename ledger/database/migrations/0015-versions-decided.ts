import { sql, type Kysely } from 'kysely';

/** Who made which version current, or retired it, when and why; a retired one never takes new runs again. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table version_decisions (
      id bigint generated always as identity primary key,
      kind text not null check (kind in ('current', 'retired')),
      bundle text not null,
      by text not null,
      reason text not null,
      at timestamptz not null default clock_timestamp()
    )`.execute(db);
}
