import { sql, type Kysely } from 'kysely';

/** Requests that may come once: the memory is shared by all gateways. */
const TABLE = `
create table requests_seen (
  id text primary key,
  at timestamptz not null default clock_timestamp()
);
create index requests_seen_oldest on requests_seen (at);
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(TABLE).execute(db);
}
