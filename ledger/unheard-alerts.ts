import { sql } from 'kysely';
import { effectsOf, storableMatch, wanted, type Arriving } from './alerts.ts';
import type { Alert, Ledger, ReceivedAlert } from './api.ts';
import type { IncidentFacts } from './correlate.ts';
import type { LedgerContext, Queries } from './database/context.ts';
import { lockIncidents } from './runs.ts';
import { storable } from './storable.ts';

/** What happens to alerts that joined a run and were not heard by it: its workflow was over before they came. */
export function unheardAlertMethods({ db }: LedgerContext): Pick<Ledger, 'receivedAlert' | 'receiveAgain'> {
  return {
    receivedAlert: async (alertId) => (await storedAlert(db, alertId))?.alert,

    receiveAgain: ({ signalId, match, refused }) =>
      db.transaction().execute(async (tx) => {
        const { alert_id: alertId } =
          (await tx.selectFrom('signals').select('alert_id').where('id', '=', signalId).executeTakeFirst()) ??
          {};
        const stored = alertId ? await storedAlert(tx, alertId) : undefined;
        if (stored === undefined) return [];
        const { source, fingerprint, startedAt } = stored.alert;
        await lockIncidents(tx, [`alert ${source} ${fingerprint}`]);
        const { numUpdatedRows } = await tx
          .updateTable('signals')
          .set({ delivered_at: sql<string>`clock_timestamp()` })
          .where('id', '=', signalId)
          .where('delivered_at', 'is', null)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 0n) return undefined;
        if (refused.length > 0) {
          await sql`update alerts set refused = (refused::jsonb || ${JSON.stringify(storable(refused))}::jsonb)::json
            where id = ${alertId}`.execute(tx);
        }
        if (match === undefined) return [];
        const isOver = await tx
          .selectFrom('alerts')
          .select('id')
          .where('source', '=', source)
          .where('fingerprint', '=', fingerprint)
          .where('started_at', '>=', startedAt)
          .where('status', '=', 'resolved')
          .executeTakeFirst();
        if (isOver && match.whenAlertResolves !== 'finish') return [];
        const matches = [storableMatch(match)];
        const known = await sql<{
          facts: { incidents: readonly IncidentFacts[] };
        }>`select incident_facts(${wanted({ matches })}) as facts`.execute(tx);
        const effects = effectsOf({ ...stored, matches, refused: [] }, known.rows[0]!.facts.incidents);
        const written = await sql<{
          runs: ReceivedAlert['runs'];
        }>`select write_effects(${alertId}, ${stored.alert.authenticated}, ${JSON.stringify(effects)}) as runs`.execute(
          tx,
        );
        return written.rows[0]!.runs;
      }),
  };
}

async function storedAlert(
  db: Queries,
  alertId: string,
): Promise<Pick<Arriving, 'alertId' | 'alert' | 'rawHash'> | undefined> {
  const row = await db.selectFrom('alerts').selectAll().where('id', '=', alertId).executeTakeFirst();
  if (row === undefined) return undefined;
  const { source, fingerprint, status, name, severity, labels, authenticated, raw } = row;
  const alert: Alert = {
    ...{ source, fingerprint, status, name, severity, labels, authenticated, raw },
    annotations: row.annotations as Alert['annotations'],
    startedAt: row.started_at,
    endedAt: row.ended_at ?? undefined,
    link: row.link ?? undefined,
  };
  return { alertId, alert, rawHash: row.raw_hash };
}
