import { sql, type Kysely } from 'kysely';

/** Large outputs, once each by their hash, and the runs that they are of. */
const TABLES = `
create table artefacts (
  sha256 text primary key check (sha256 = encode(sha256(content), 'hex')),
  content bytea not null check (octet_length(content) <= 4194304)
);
create table run_artefacts (
  workflow_id text not null references runs,
  name text not null,
  sha256 text not null references artefacts,
  media_type text not null,
  kept_at timestamptz not null default clock_timestamp(),
  primary key (workflow_id, sha256, name)
);
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(TABLES).execute(db);
}
