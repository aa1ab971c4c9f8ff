import { sql, type Kysely } from 'kysely';

/** Who cancelled a run and why is kept before the run is told, as a stop is. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    `alter table runs add column cancelled_by text, add column cancel_reason text`,
    `alter table signals drop constraint signals_kind_check, drop constraint signals_of_alert,
      add constraint signals_kind_check check (kind in ('repeated', 'resolved', 'stopped', 'cancelled')),
      add constraint signals_of_alert check ((kind in ('repeated', 'resolved')) = (alert_id is not null))`,
  ])
    await sql.raw(statement).execute(db);
}
