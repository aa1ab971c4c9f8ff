import { sql } from 'kysely';
import type { Alert, ReceivedAlert } from './api.ts';
import type { Queries } from './database/context.ts';
import { hasChanged } from './has-changed.ts';
import { newId } from './identifiers.ts';
import { append } from './record/append.ts';
import { incidentKey, lockIncidents } from './runs.ts';

/** Who has stopped a run where no person has, and why. */
export const STOPPED_BY_ALERT = { by: 'the alert', reason: 'the alert resolved' } as const;

/**
 * Tells the open runs that alerts started and that this alert is one of, when the last of their alerts has ended: those
 * that joined or were ignored count like those that started it, for nobody else acts on them. A run that wants to stop
 * before its first change, and has not begun one of risk `reversible` or above (nor has a run that it started), is stopped here and its incident is
 * over: the next firing is a new one.
 */
export async function resolveRuns(
  tx: Queries,
  { alertId, alert }: { alertId: string; alert: Alert },
): Promise<ReceivedAlert['runs'][number][]> {
  const openRunsOfIt = tx
    .selectFrom('runs')
    .where('status', '<>', 'ended')
    .where('alert_source', 'is not', null)
    // A late word of an earlier occurrence says nothing about this one.
    .where(
      sql<boolean>`exists (select from alert_runs e join alerts a on a.id = e.alert_id
        where e.workflow_id = runs.workflow_id and a.source = ${alert.source}
          and a.fingerprint = ${alert.fingerprint} and a.started_at <= ${alert.startedAt})`,
    );
  const keys = await openRunsOfIt.select(['runbook', 'correlation_key']).execute();
  if (keys.length === 0) return [];
  await lockIncidents(
    tx,
    keys.map((k) => incidentKey({ runbook: k.runbook, correlationKey: k.correlation_key })),
  );
  // Asked under the lock: of two alerts that end at the same moment, one is the last.
  const runs = await openRunsOfIt
    .where(
      sql<boolean>`not exists (select from alert_runs e join alerts a on a.id = e.alert_id
        where e.workflow_id = runs.workflow_id and a.status = 'firing' and not exists (select from alerts r
          where r.source = a.source and r.fingerprint = a.fingerprint and r.started_at >= a.started_at
            and r.status = 'resolved'))`,
    )
    .select(['workflow_id', 'when_alert_resolves'])
    .orderBy('workflow_id')
    .forUpdate()
    .execute();
  // Looked at once they are locked: what changed while this waited for the locks counts.
  const changed = await whoHasChanged(
    tx,
    runs.map((run) => run.workflow_id),
  );
  for (const run of runs) {
    const workflowId = run.workflow_id;
    await tx
      .insertInto('signals')
      .values({ id: newId('signal'), workflow_id: workflowId, kind: 'resolved', alert_id: alertId })
      .execute();
    await append(tx, [
      { workflowId, kind: 'alert', facts: { effect: 'resolved', alertId, name: alert.name } },
    ]);
    if (run.when_alert_resolves !== 'stop-before-first-change' || changed.has(workflowId)) continue;
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
  if (runs.length > 0) {
    await tx
      .insertInto('alert_runs')
      .values(runs.map((run) => ({ alert_id: alertId, workflow_id: run.workflow_id, effect: 'resolved' })))
      .execute();
  }
  return runs.map((run) => ({ workflowId: run.workflow_id, effect: 'resolved' }));
}

async function whoHasChanged(tx: Queries, workflowIds: readonly string[]): Promise<ReadonlySet<string>> {
  if (workflowIds.length === 0) return new Set();
  const rows = await tx
    .selectFrom('runs')
    .select('workflow_id')
    .where('workflow_id', 'in', [...workflowIds])
    .where(hasChanged)
    .execute();
  return new Set(rows.map((row) => row.workflow_id));
}
