import { sql, type Kysely } from 'kysely';
import { BEGIN_INTENT } from '../functions/begin-intent.ts';
import { LOCKS } from '../functions/locks.ts';
import { WITHDRAW_REQUEST } from '../functions/withdraw-request.ts';

/** An attempt says which request of its run it answers; requests that nothing may come of any more. */
const TABLES = `
alter table attempts add column requested_at timestamptz;

create table withdrawn_requests (
  workflow_id text not null,
  plan integer not null,
  position_kind text not null,
  position_index integer not null,
  until timestamptz not null,
  primary key (workflow_id, plan, position_kind, position_index)
);
drop type begun_intent cascade;
drop trigger attempts_over on attempts;
drop trigger runs_over on runs;
drop function attempt_over, run_over, free_locks, would_never_end;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const text of [TABLES, BEGIN_INTENT, LOCKS, WITHDRAW_REQUEST]) await sql.raw(text).execute(db);
}
