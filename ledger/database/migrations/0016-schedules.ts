import { sql, type Kysely } from 'kysely';

/**
 * Schedules: since when each is known, what became of each of its moments (one row a moment, so that two gateways start
 * it once), and when people paused it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    `create table schedules (
      id text primary key,
      known_since timestamptz not null default clock_timestamp()
    )`,
    `create table schedule_starts (
      schedule text not null references schedules,
      at timestamptz not null,
      workflow_id text references runs,
      skipped text,
      missed_since timestamptz,
      decided_at timestamptz not null default clock_timestamp(),
      primary key (schedule, at),
      check ((workflow_id is null) = (skipped is not null))
    )`,
    `create table schedule_pauses (
      id text primary key,
      schedule text not null references schedules,
      paused_at timestamptz not null default clock_timestamp(),
      paused_by text not null,
      reason text not null,
      resumed_at timestamptz,
      resumed_by text,
      resume_reason text
    )`,
    'create unique index schedule_paused_once on schedule_pauses (schedule) where resumed_at is null',
  ])
    await sql.raw(statement).execute(db);
}
