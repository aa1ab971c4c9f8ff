import { sql, type Kysely } from 'kysely';

/** A run that was given another id, because Temporal had a run under its own that this ledger does not know. */
const TABLES = `
alter table runs add column goes_on_as text references runs;
create index runs_started_by on runs ((trigger ->> 'run')) where trigger ->> 'run' is not null;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(TABLES).execute(db);
}
