import { sql, type Kysely } from 'kysely';
import { RECEIVE_ALERT } from '../functions/receive-alert.ts';

/** A run that an alert of a runbook in shadow started: it only tries, and looks what is done instead. */
const TABLES = `
alter table runs add column shadow boolean not null default false, add check (dry_run or not shadow);
create index runs_in_shadow on runs (runbook, received_at desc) where shadow;
create index attempts_by_target on attempts (cluster, target, begun_at);
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  const again = RECEIVE_ALERT.replaceAll('create function', 'create or replace function');
  for (const text of [TABLES, again]) await sql.raw(text).execute(db);
}
