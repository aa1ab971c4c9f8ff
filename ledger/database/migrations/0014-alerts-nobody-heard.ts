import { sql, type Kysely } from 'kysely';
import { RECEIVE_ALERT } from '../functions/receive-alert.ts';

/** An alert that joined a run which ended before it was told is received anew; those of before are let be. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    `update signals s set delivered_at = clock_timestamp() from runs r
      where r.workflow_id = s.workflow_id and r.status = 'ended' and s.delivered_at is null`,
    `drop function if exists receive_alert, write_alert, write_effects, alert_facts, incident_facts, insert_run, lock_incidents`,
    RECEIVE_ALERT,
  ])
    await sql.raw(statement).execute(db);
}
