import { sql } from 'kysely';
import type { AlertRow, Ledger } from './api.ts';
import type { LedgerContext } from './database/context.ts';

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

    alertHistory: async ({ name, labels, since }) => {
      let query = db
        .selectFrom('alerts as a')
        .leftJoin('alerts as r', (join) =>
          join
            .onRef('r.source', '=', 'a.source')
            .onRef('r.fingerprint', '=', 'a.fingerprint')
            .onRef('r.started_at', '=', 'a.started_at')
            .on('r.status', '=', 'resolved'),
        )
        .select(['a.started_at', 'a.name', 'a.labels', 'r.ended_at', 'r.received_at as resolved_at'])
        .where('a.status', '=', 'firing')
        .where('a.started_at', '>=', since)
        .orderBy('a.started_at', 'desc')
        .limit(1_000);
      if (name !== undefined) query = query.where('a.name', '=', name);
      if (labels !== undefined)
        query = query.where(sql<boolean>`a.labels @> ${JSON.stringify(labels)}::jsonb`);
      return (await query.execute()).map((row) => ({
        startedAt: row.started_at,
        endedAt: row.ended_at ?? row.resolved_at ?? undefined,
        name: row.name,
        labels: row.labels,
      }));
    },
  };
}
