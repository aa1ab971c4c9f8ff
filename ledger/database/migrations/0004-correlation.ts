import { sql, type Kysely } from 'kysely';
import { ADMIT_RUNS } from '../functions/admit-runs.ts';
import { RECEIVE_ALERT } from '../functions/receive-alert.ts';

/**
 * Runs that wait before they start: for a moment, for another run, for a place. `admitted_at` is empty while one waits;
 * `waits` says why in words; `gathered` are the inputs of the alerts that one run stands for. Alerts keep why a runbook
 * that fits them did not start.
 */
const TABLES = `
alter table alerts add refused json not null default '[]';
alter table runs
  add admitted_at timestamptz default clock_timestamp(),
  add at_most integer,
  add not_before timestamptz,
  add after_run text references runs,
  add waits text,
  add gathered json;
create index runs_waiting on runs (received_at) where status = 'received' and admitted_at is null;
create index runs_open on runs (runbook) where status <> 'ended';
create index alerts_newest on alerts (received_at desc);
create index alert_runs_by_run on alert_runs (workflow_id);
create trigger runs_ended_notify after update of status on runs for each row when (new.status = 'ended')
  execute function notify_work('run');
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const text of [TABLES, ADMIT_RUNS, RECEIVE_ALERT]) await sql.raw(text).execute(db);
}
