import { sql, type Kysely } from 'kysely';
import { BUDGETS } from '../functions/budgets.ts';
import { WAITS_FOR } from '../functions/waits-for.ts';

/** Which change has the place in a disruption budget that was given last. */
const TABLES = `
create table budgets (
  name text primary key,
  workflow_id text not null references runs,
  plan integer not null,
  position_kind text not null,
  position_index integer not null,
  taken_at timestamptz not null
);
drop function if exists waits_for(runs);
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const text of [TABLES, BUDGETS, WAITS_FOR]) await sql.raw(text).execute(db);
}
