import { sql } from 'kysely';
import type { Ledger, PendingSignal } from './api.ts';
import type { LedgerContext } from './database/context.ts';

export function signalMethods({ db }: LedgerContext): Pick<Ledger, 'signalsToDeliver' | 'signalDelivered'> {
  return {
    /** Only to runs that have started: before, there is no workflow to tell, and after the end nobody listens. */
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
          'r.cancelled_by',
          'r.cancel_reason',
        ])
        .where('s.delivered_at', 'is', null)
        .where('r.status', '=', 'started')
        .orderBy('s.at')
        .limit(limit)
        .execute();
      return rows.map((row): PendingSignal => {
        const signal = { id: row.id, workflowId: row.workflow_id, at: row.at };
        switch (row.kind) {
          case 'stopped':
            return { ...signal, kind: row.kind };
          case 'cancelled':
            return {
              ...signal,
              kind: row.kind,
              order: { by: row.cancelled_by!, reason: row.cancel_reason! },
            };
          default:
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
