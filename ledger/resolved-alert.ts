import { sql } from 'kysely';
import type { Alert, ReceivedAlert } from './api.ts';
import type { Queries } from './database/context.ts';
import { newId } from './identifiers.ts';
import { append } from './record/append.ts';
import { incidentKey, lockIncidents } from './runs.ts';

const STOPPED_BY_ALERT = { by: 'the alert', reason: 'the alert resolved' } as const;

/**
 * Tells the open runs that this alert started. One that wants to stop before its first change, and has not begun one of
 * risk `reversible` or above, is stopped here and its incident is over: the next firing is a new one.
 */
export async function resolveRuns(
  tx: Queries,
  { alertId, alert }: { alertId: string; alert: Alert },
): Promise<ReceivedAlert['runs'][number][]> {
  const startedByIt = tx
    .selectFrom('runs')
    .where('status', '<>', 'ended')
    .where('alert_source', '=', alert.source)
    .where('alert_fingerprint', '=', alert.fingerprint)
    // A late word of an earlier occurrence says nothing about this one.
    .where('alert_started_at', '<=', alert.startedAt);
  const keys = await startedByIt.select(['runbook', 'correlation_key']).execute();
  if (keys.length === 0) return [];
  await lockIncidents(
    tx,
    keys.map((k) => incidentKey({ runbook: k.runbook, correlationKey: k.correlation_key })),
  );
  const runs = await startedByIt
    .select(['workflow_id', 'when_alert_resolves', 'changed_at'])
    .orderBy('workflow_id')
    .forUpdate()
    .execute();
  for (const run of runs) {
    const workflowId = run.workflow_id;
    await tx
      .insertInto('signals')
      .values({ id: newId('signal'), workflow_id: workflowId, kind: 'resolved', alert_id: alertId })
      .execute();
    await append(tx, [
      { workflowId, kind: 'alert', facts: { effect: 'resolved', alertId, name: alert.name } },
    ]);
    if (run.when_alert_resolves !== 'stop-before-first-change' || run.changed_at !== null) continue;
    await tx
      .updateTable('runs')
      .set({
        incident_open: false,
        stop_by: sql<string>`coalesce(stop_by, ${STOPPED_BY_ALERT.by})`,
        stop_reason: sql<string>`coalesce(stop_reason, ${STOPPED_BY_ALERT.reason})`,
      })
      .where('workflow_id', '=', workflowId)
      .execute();
    await append(tx, [{ workflowId, kind: 'stop', facts: STOPPED_BY_ALERT }]);
  }
  return runs.map((run) => ({ workflowId: run.workflow_id, effect: 'resolved' }));
}
