import { sql } from 'kysely';
import type { Ledger, PendingSignal } from './api.ts';
import type { LedgerContext } from './database/context.ts';

export function signalMethods({ db }: LedgerContext): Pick<Ledger, 'signalsToDeliver' | 'signalDelivered'> {
  return {
    /**
     * To runs that have started: before, there is no workflow to tell. After the end nobody listens, but an alert that
     * joined and was not heard has to go elsewhere, unless people ended the run and the incident with it.
     */
    signalsToDeliver: async (limit) => {
      const rows = await db
        .selectFrom('signals as s')
        .innerJoin('runs as r', 'r.workflow_id', 's.workflow_id')
        .select([
          's.id',
          's.workflow_id',
          's.kind',
          's.alert_id',
          's.at',
          'r.status',
          'r.cancelled_by',
          'r.cancel_reason',
        ])
        .where('s.delivered_at', 'is', null)
        .where(
          sql<boolean>`(r.status = 'started'
            or r.status = 'ended' and s.kind = 'repeated' and r.outcome not in ('stopped', 'cancelled'))`,
        )
        .orderBy('s.at')
        .limit(limit)
        .execute();
      return rows.map((row): PendingSignal => {
        const signal = { id: row.id, workflowId: row.workflow_id, at: row.at };
        switch (row.kind) {
          case 'stopped':
          case 'hands':
            return { ...signal, kind: row.kind };
          case 'cancelled':
            return {
              ...signal,
              kind: row.kind,
              order: { by: row.cancelled_by!, reason: row.cancel_reason! },
            };
          case 'repeated':
            return { ...signal, kind: row.kind, alertId: row.alert_id!, unheard: row.status === 'ended' };
          case 'resolved':
            return { ...signal, kind: row.kind, alertId: row.alert_id! };
        }
      });
    },

    signalDelivered: async (id) => {
      await db
        .updateTable('signals')
        .set({ delivered_at: sql<string>`clock_timestamp()` })
        .where('id', '=', id)
        .where('delivered_at', 'is', null)
        .execute();
    },
  };
}
