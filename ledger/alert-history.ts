import { sql } from 'kysely';
import { windowSeconds } from '../activities/kit/index.ts';
import type { AlertRow, Ledger } from './api.ts';
import type { LedgerContext } from './database/context.ts';
import { storable } from './storable.ts';

/** What came in: for people who ask what became of an alert, and for steps that ask how often it fired. */
export function alertHistoryMethods({ db }: LedgerContext): Pick<Ledger, 'alerts' | 'alertHistory'> {
  return {
    alerts: async ({ id, name, limit }) => {
      let query = db
        .selectFrom('alerts as a')
        .select([
          'a.id',
          'a.source',
          'a.name',
          'a.status',
          'a.severity',
          'a.labels',
          'a.authenticated',
          'a.refused',
        ])
        .select(['a.started_at', 'a.received_at'])
        .select(
          sql<AlertRow['runs']>`(select coalesce(json_agg(json_build_object('workflowId', e.workflow_id,
            'effect', e.effect) order by e.workflow_id), '[]') from alert_runs e where e.alert_id = a.id)`.as(
            'runs',
          ),
        )
        .orderBy('a.received_at', 'desc')
        .limit(limit);
      if (id !== undefined) query = query.where('a.id', '=', id);
      if (name !== undefined) query = query.where('a.name', '=', name);
      return (await query.execute()).map(({ started_at, received_at, refused, ...row }) => ({
        ...row,
        startedAt: started_at,
        receivedAt: received_at,
        refused: refused as AlertRow['refused'],
      }));
    },

    alertHistory: async ({ name, labels, fingerprint, since }) => {
      const fits = sql<boolean>`f.status = 'firing' and (${name ?? null}::text is null or f.name = ${name ?? null})
        and (${fingerprint ?? null}::text is null or f.fingerprint = ${fingerprint ?? null})
        and f.labels @> ${JSON.stringify(storable(labels))}::jsonb`;
      const { rows: heard } = await sql<Heard>`
        select utc(t.now) as now, utc(t.now - ${windowSeconds(since)} * interval '1 second') as since,
            (select utc(min(received_at)) from alerts) as "heardSince"
          from (select clock_timestamp() as now) as t`.execute(db);
      const { rows } = await sql<Firing>`
        select f.name, f.source, f.fingerprint, f.labels, utc(f.started_at) as "from", utc(e.at) as "endedAt",
            utc(n.at) as "nextFrom", ${RUNS} as runs
          from alerts f, ${NEXT} as n, ${END} as e
          where ${fits} and f.started_at >= ${heard[0]!.since}::timestamptz - ${LONGEST_BEFORE}::interval
            and f.received_at >= ${heard[0]!.since}::timestamptz - ${LONGEST_BEFORE}::interval - interval '1 day'
            and (f.started_at >= ${heard[0]!.since}
              or coalesce(least(e.at, n.at), 'infinity') >= ${heard[0]!.since})
          order by f.started_at desc, f.id desc limit ${MOST_FIRINGS + 1}`.execute(db);
      const ever =
        rows.length > 0
          ? [{ ever: true }]
          : (
              await sql<{ ever: boolean }>`select exists(select from alerts f where ${fits}) as ever`.execute(
                db,
              )
            ).rows;
      return {
        ...heard[0]!,
        ...ever[0]!,
        firings: rows.slice(0, MOST_FIRINGS),
        truncated: rows.length > MOST_FIRINGS,
      };
    },
  };
}

interface Heard {
  readonly now: string;
  readonly since: string;
  readonly heardSince: string | null;
}
type Firing = Awaited<ReturnType<Ledger['alertHistory']>>['firings'][number];

const MOST_FIRINGS = 1_000;
/** One that began longer before the time that is asked for does not count, though it may have lasted into it. */
const LONGEST_BEFORE = '90 days';

const NEXT = sql`lateral (select min(r.started_at) as at from alerts r
  where r.source = f.source and r.fingerprint = f.fingerprint and r.started_at > f.started_at
    and r.status = 'firing')`;

/**
 * An end may carry a time of its own, as PagerDuty's does. One that began after the next firing is that one's, and is not
 * looked at: a series that flaps has thousands.
 */
const END = sql`lateral (select min(coalesce(r.ended_at, r.received_at)) as at from alerts r
  where r.source = f.source and r.fingerprint = f.fingerprint and r.started_at >= f.started_at
    and (n.at is null or r.started_at <= n.at) and r.status = 'resolved')`;

const RUNS = sql`(select coalesce(json_agg(json_build_object('run', r.workflow_id, 'runbook', r.runbook,
    'effect', x.effect, 'outcome', r.outcome) order by r.received_at, r.workflow_id), '[]')
  from alert_runs x join runs r using (workflow_id) where x.alert_id = f.id and not r.dry_run)`;
