import { sql, type Kysely } from 'kysely';

/** Who stands in for whom: the signed statement, and when it was taken back. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create table delegations (
        id text primary key,
        role text not null,
        from_person text not null,
        to_person text not null,
        since timestamptz not null,
        until timestamptz not null check (until > since),
        reason text not null,
        statement text not null,
        signature text not null,
        key_id text not null,
        ended_at timestamptz,
        ended_by text
      )`,
    )
    .execute(db);
  await sql
    .raw('create index delegations_in_force on delegations (until) where ended_at is null')
    .execute(db);
}
