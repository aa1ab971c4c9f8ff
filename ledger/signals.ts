import { sql } from 'kysely';
import type { Ledger } from './api.ts';
import type { LedgerContext } from './database/context.ts';

export function signalMethods({ db }: LedgerContext): Pick<Ledger, 'signalsToDeliver' | 'signalDelivered'> {
  return {
    /** Only to runs that have started: before, there is no workflow to tell, and after the end nobody listens. */
    signalsToDeliver: async (limit) => {
      const rows = await db
        .selectFrom('signals as s')
        .innerJoin('runs as r', 'r.workflow_id', 's.workflow_id')
        .select(['s.id', 's.workflow_id', 's.kind', 's.alert_id', 's.at'])
        .where('s.delivered_at', 'is', null)
        .where('r.status', '=', 'started')
        .$narrowType<{ kind: 'repeated' | 'resolved'; alert_id: string }>()
        .orderBy('s.at')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        id: row.id,
        workflowId: row.workflow_id,
        kind: row.kind,
        alertId: row.alert_id,
        at: row.at,
      }));
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
