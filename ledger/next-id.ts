import { sql } from 'kysely';
import type { Ledger } from './api.ts';
import type { LedgerContext } from './database/context.ts';
import { sealRunIn } from './record/seal-run.ts';
import { incidentKey, lockIncidents } from './runs.ts';
import { workflowIdPrefix } from './workflow-id.ts';

export function nextIdMethods({ db, deployment }: LedgerContext): Pick<Ledger, 'giveNextId'> {
  return {
    giveNextId: (workflowId) =>
      db.transaction().execute(async (tx) => {
        const found = tx.selectFrom('runs').selectAll().where('workflow_id', '=', workflowId);
        const named = await found.executeTakeFirst();
        if (named === undefined) return undefined;
        const incident = { runbook: named.runbook, correlationKey: named.correlation_key };
        await lockIncidents(tx, [incidentKey(incident)]);
        const run = await found.forUpdate().executeTakeFirstOrThrow();
        if (run.status !== 'received') return undefined;
        await tx
          .updateTable('runs')
          .set({ request_id: null })
          .where('workflow_id', '=', workflowId)
          .execute();
        const { title, input, trigger } = run;
        const next = {
          ...{ ...incident, idPrefix: workflowIdPrefix(incident), title, input, trigger },
          dryRun: run.dry_run,
          shadow: run.shadow,
          requestId: run.request_id,
          alertSource: run.alert_source,
          alertFingerprint: run.alert_fingerprint,
          alertStartedAt: run.alert_started_at,
          whenAlertResolves: run.when_alert_resolves,
          atMost: run.at_most,
          gathered: run.gathered,
          facts: { runbook: run.runbook, title, input, trigger, dryRun: run.dry_run, insteadOf: workflowId },
        };
        const { rows } = await sql<{
          id: string;
        }>`select workflow_id as id from insert_run(${JSON.stringify(next)})`.execute(tx);
        const { id } = rows[0]!;
        await tx.updateTable('runs').set({ goes_on_as: id }).where('workflow_id', '=', workflowId).execute();
        await sql`update runs n set incident_open = o.incident_open, stop_by = o.stop_by, stop_reason = o.stop_reason,
            stop_is_final = o.stop_is_final, cancelled_by = o.cancelled_by, cancel_reason = o.cancel_reason
          from runs o where n.workflow_id = ${id} and o.workflow_id = ${workflowId}`.execute(tx);
        await sql`insert into alert_runs (alert_id, workflow_id, effect)
          select alert_id, ${id}, effect from alert_runs where workflow_id = ${workflowId}`.execute(tx);
        await sql`update signals set workflow_id = ${id}
          where workflow_id = ${workflowId} and delivered_at is null`.execute(tx);
        await sql`update runs set after_run = ${id}
          where after_run = ${workflowId} and status <> 'ended'`.execute(tx);
        await sql`update schedule_starts set workflow_id = ${id} where workflow_id = ${workflowId}`.execute(
          tx,
        );
        await sql`update reminders set asked_by = ${id} where asked_by = ${workflowId}`.execute(tx);
        const result = `Temporal has another run under the id "${workflowId}", which this ledger does not know (was it restored from a backup?); this one goes on as "${id}"`;
        await sealRunIn(tx, deployment, { workflowId, outcome: 'terminated', result, journal: [] });
        return id;
      }),
  };
}
