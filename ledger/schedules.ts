/**
 * What the clock started. A moment of a schedule is decided once, under the schedule's lock and with its row as key: two
 * gateways, or one that was killed and came back, start one run.
 */
import { sql } from 'kysely';
import type { Ledger, ScheduleRow } from './api.ts';
import type { LedgerContext, Queries } from './database/context.ts';
import { LedgerRefused } from './errors.ts';
import { newId } from './identifiers.ts';
import { append } from './record/append.ts';
import { incidentKey, lockIncidents, newRunJson } from './runs.ts';
import { storableText } from './storable.ts';

export function scheduleMethods({
  db,
}: LedgerContext): Pick<
  Ledger,
  'schedules' | 'startScheduled' | 'skipScheduled' | 'pauseSchedule' | 'resumeSchedule'
> {
  return {
    schedules: async (ids) => {
      await introduce(db, ids);
      const rows = await db
        .selectFrom('schedules as s')
        .leftJoin('schedule_pauses as p', (join) =>
          join.onRef('p.schedule', '=', 's.id').on('p.resumed_at', 'is', null),
        )
        .selectAll('s')
        .select(['p.paused_at', 'p.paused_by', 'p.reason'])
        .select(
          sql<string | null>`(select utc(max(resumed_at)) from schedule_pauses where schedule = s.id)`.as(
            'resumed_at',
          ),
        )
        .select(
          sql<ScheduleRow['last'] | null>`(select json_strip_nulls(json_build_object('at', utc(at),
            'workflowId', l.workflow_id, 'skipped', skipped, 'missedSince', utc(missed_since), 'status', r.status,
            'outcome', r.outcome)) from schedule_starts l left join runs r using (workflow_id)
            where schedule = s.id order by at desc limit 1)`.as('last'),
        )
        .where('s.id', 'in', [...ids])
        .orderBy('s.id')
        .execute();
      return rows.map((row) => ({
        id: row.id,
        knownSince: row.known_since,
        resumedAt: row.resumed_at ?? undefined,
        paused:
          row.paused_at === null
            ? undefined
            : { since: row.paused_at, by: row.paused_by!, reason: row.reason! },
        last: row.last ?? undefined,
      }));
    },

    startScheduled: ({ schedule, at, missedSince, overlap, ...run }) =>
      db.transaction().execute(async (tx) => {
        await lockIncidents(tx, [lockOf(schedule), incidentKey(run)]);
        if (!(await isToBeDecided(tx, { schedule, at }))) return { decided: false };
        const open = await openRunOf(tx, schedule);
        if (open !== undefined && overlap === 'skip') {
          await decide(tx, { schedule, at, missedSince, skipped: `${open} had not ended` });
          return { decided: true };
        }
        const json = newRunJson({
          ...run,
          trigger: {
            kind: 'schedule',
            source: 'schedule',
            authenticated: true,
            schedule: { id: schedule, at },
          },
          dryRun: false,
          whenAlertResolves: 'finish',
          atMost: run.runsAtOnce,
          after: overlap === 'queue' ? open : undefined,
          origin: { requestId: `schedule ${schedule} ${at}` },
        });
        const { rows } = await sql<{
          workflow_id: string;
        }>`select workflow_id from insert_run(${JSON.stringify(json)})`.execute(tx);
        const workflowId = rows[0]!.workflow_id;
        await decide(tx, { schedule, at, missedSince, workflowId });
        return { decided: true, workflowId };
      }),

    skipScheduled: ({ schedule, at, missedSince, why }) =>
      db.transaction().execute(async (tx) => {
        await lockIncidents(tx, [lockOf(schedule)]);
        if (!(await isToBeDecided(tx, { schedule, at }))) return { decided: false };
        await decide(tx, { schedule, at, missedSince, skipped: storableText(why) });
        return { decided: true };
      }),

    pauseSchedule: (schedule, { by, reason }) =>
      db.transaction().execute(async (tx) => {
        await introduce(tx, [schedule]);
        await lockIncidents(tx, [lockOf(schedule)]);
        if (await isPaused(tx, schedule))
          throw new LedgerRefused(`the schedule ${schedule} is paused already`);
        await tx
          .insertInto('schedule_pauses')
          .values({ id: newId('pause'), schedule, paused_by: by, reason })
          .execute();
        await append(tx, [{ workflowId: '', kind: 'schedule-paused', facts: { schedule, by, reason } }]);
      }),

    resumeSchedule: (schedule, { by, reason }) =>
      db.transaction().execute(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable('schedule_pauses')
          .set({ resumed_at: sql<string>`clock_timestamp()`, resumed_by: by, resume_reason: reason })
          .where('schedule', '=', schedule)
          .where('resumed_at', 'is', null)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 0n) throw new LedgerRefused(`the schedule ${schedule} is not paused`);
        await append(tx, [{ workflowId: '', kind: 'schedule-resumed', facts: { schedule, by, reason } }]);
      }),
  };
}

const lockOf = (schedule: string): string => `schedule ${schedule}`;

/** A schedule counts from when it is first seen: it starts nothing for the time before. */
async function introduce(tx: Queries, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .insertInto('schedules')
    .values(ids.map((id) => ({ id })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

interface Moment {
  readonly schedule: string;
  readonly at: string;
}

/** Asked under the schedule's lock. */
async function isToBeDecided(tx: Queries, { schedule, at }: Moment): Promise<boolean> {
  const early = await sql<{
    early: boolean;
  }>`select ${at}::timestamptz > clock_timestamp() as early`.execute(tx);
  if (early.rows[0]!.early || (await isPaused(tx, schedule))) return false;
  const known = await tx
    .selectFrom('schedule_starts')
    .select('at')
    .where('schedule', '=', schedule)
    .where('at', '>=', at)
    .executeTakeFirst();
  return known === undefined;
}

async function decide(
  tx: Queries,
  d: Moment & { missedSince?: string | undefined } & ({ workflowId: string } | { skipped: string }),
): Promise<void> {
  await tx
    .insertInto('schedule_starts')
    .values({
      schedule: d.schedule,
      at: d.at,
      missed_since: d.missedSince ?? null,
      workflow_id: 'workflowId' in d ? d.workflowId : null,
      skipped: 'skipped' in d ? d.skipped : null,
    })
    .execute();
}

async function isPaused(tx: Queries, schedule: string): Promise<boolean> {
  const pause = await tx
    .selectFrom('schedule_pauses')
    .select('id')
    .where('schedule', '=', schedule)
    .where('resumed_at', 'is', null)
    .executeTakeFirst();
  return pause !== undefined;
}

/** The newest run of the schedule that has not ended. */
async function openRunOf(tx: Queries, schedule: string): Promise<string | undefined> {
  const row = await tx
    .selectFrom('schedule_starts as s')
    .innerJoin('runs as r', 'r.workflow_id', 's.workflow_id')
    .select('r.workflow_id')
    .where('s.schedule', '=', schedule)
    .where('r.status', '<>', 'ended')
    .orderBy('s.at', 'desc')
    .executeTakeFirst();
  return row?.workflow_id;
}
