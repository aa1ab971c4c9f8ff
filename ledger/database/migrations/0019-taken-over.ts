import { sql, type Kysely } from 'kysely';
import { BLOCKED } from '../functions/blocked.ts';
import { WAITS_FOR } from '../functions/waits-for.ts';

/** In whose hands a run is; `hands_turn` counts each taking over and giving back. */
const TABLES = `
alter table runs add column hands_turn integer not null default 0, add column hands_taken boolean not null default false,
  add column hands_by text, add column hands_reason text, add column hands_since timestamptz;
alter table signals drop constraint signals_kind_check,
  add constraint signals_kind_check check (kind in ('repeated', 'resolved', 'stopped', 'cancelled', 'hands'));
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  const again = (functions: string) => functions.replaceAll('create function', 'create or replace function');
  for (const text of [TABLES, BLOCKED, again(WAITS_FOR)]) await sql.raw(text).execute(db);
}
