/**
 * Alerts in, runs out. One transaction each: the alert's own row deduplicates deliveries of it, the incident's lock
 * serialises different alerts for the same key, the run's row (which `begin_intent` holds as well) decides whether an
 * alert resolved before the first change or after it.
 */
import { sql } from 'kysely';
import { hashOf } from '../activities/kit/index.ts';
import type { Trigger } from '../workflows/messages.ts';
import type { Alert, Ledger, ReceivedAlert, TriggerMatch } from './api.ts';
import type { LedgerContext, Queries } from './database/context.ts';
import { newId } from './identifiers.ts';
import { append } from './record/append.ts';
import { resolveRuns } from './resolved-alert.ts';
import { incidentKey, insertRun, lockIncidents } from './runs.ts';
import { storable, storableText } from './storable.ts';

type Effect = ReceivedAlert['runs'][number];

export function alertMethods({ db }: LedgerContext): Pick<Ledger, 'receiveAlert' | 'alertHistory'> {
  return {
    receiveAlert: (delivered, matches) => {
      const alert = { ...(storable({ ...delivered, raw: null }) as Alert), raw: delivered.raw };
      return db.transaction().execute(async (tx) => {
        await lockIncidents(tx, [`alert ${alert.source} ${alert.fingerprint}`]);
        const alertId = newId('alert');
        const inserted = await insertAlert(tx, alertId, alert);
        if (inserted === undefined) return duplicateOf(tx, alert);
        const effects =
          alert.status === 'resolved'
            ? await resolveRuns(tx, { alertId, alert })
            : await fire(tx, {
                alertId,
                alert,
                matches: inserted.isOver ? matches.filter(finishes) : matches,
              });
        if (effects.length > 0) {
          await tx
            .insertInto('alert_runs')
            .values(effects.map((e) => ({ alert_id: alertId, workflow_id: e.workflowId, effect: e.effect })))
            .execute();
        }
        return { alertId, duplicate: false, runs: effects };
      });
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

/** Deliveries can overtake each other: a firing that comes after its own end starts only what would finish anyway. */
const finishes = (match: TriggerMatch): boolean => match.whenAlertResolves === 'finish';

/** Undefined when this very alert is here already. */
function insertAlert(tx: Queries, id: string, alert: Alert): Promise<{ isOver: boolean } | undefined> {
  return tx
    .insertInto('alerts')
    .values({
      id,
      source: alert.source,
      fingerprint: alert.fingerprint,
      started_at: alert.startedAt,
      status: alert.status,
      name: alert.name,
      severity: alert.severity,
      labels: JSON.stringify(alert.labels),
      annotations: JSON.stringify(alert.annotations),
      ended_at: alert.endedAt ?? null,
      link: alert.link ?? null,
      authenticated: alert.authenticated,
      raw: JSON.stringify(alert.raw ?? null),
      raw_hash: payloadHash(alert),
    })
    .onConflict((c) => c.columns(['source', 'fingerprint', 'started_at', 'status']).doNothing())
    .returning((e) =>
      e
        .exists(
          e
            .selectFrom('alerts as r')
            .select('r.id')
            .where('r.source', '=', alert.source)
            .where('r.fingerprint', '=', alert.fingerprint)
            .where('r.started_at', '=', alert.startedAt)
            .where('r.status', '=', 'resolved'),
        )
        .$castTo<boolean>()
        .as('isOver'),
    )
    .executeTakeFirst();
}

async function duplicateOf(tx: Queries, alert: Alert): Promise<ReceivedAlert> {
  const rows = await tx
    .selectFrom('alerts as a')
    .leftJoin('alert_runs as e', 'e.alert_id', 'a.id')
    .select(['a.id', 'e.workflow_id', 'e.effect'])
    .where('a.source', '=', alert.source)
    .where('a.fingerprint', '=', alert.fingerprint)
    .where('a.started_at', '=', alert.startedAt)
    .where('a.status', '=', alert.status)
    .orderBy('e.workflow_id')
    .execute();
  return {
    alertId: rows[0]!.id,
    duplicate: true,
    runs: rows.flatMap(({ workflow_id: workflowId, effect }) =>
      workflowId === null || effect === null ? [] : [{ workflowId, effect }],
    ),
  };
}

async function fire(
  tx: Queries,
  { alertId, alert, matches }: { alertId: string; alert: Alert; matches: readonly TriggerMatch[] },
): Promise<Effect[]> {
  const distinct = [...new Map(matches.map((m) => [incidentKey(m), m])).values()];
  await lockIncidents(tx, distinct.map(incidentKey));
  const effects: Effect[] = [];
  for (const match of distinct) effects.push(await fireOne(tx, { alertId, alert, match }));
  return effects;
}

async function fireOne(
  tx: Queries,
  { alertId, alert, match }: { alertId: string; alert: Alert; match: TriggerMatch },
): Promise<Effect> {
  const open = await tx
    .selectFrom('runs')
    .select('workflow_id')
    .where('runbook', '=', match.runbook)
    .where('correlation_key', '=', match.correlationKey)
    .where('incident_open', '=', true)
    .where('dry_run', '=', false)
    .orderBy('ordinal', 'desc')
    .limit(1)
    .forUpdate()
    .executeTakeFirst();
  if (open === undefined) {
    const run = await insertRun(tx, {
      runbook: match.runbook,
      title: match.title ?? match.runbook,
      input: match.input,
      correlationKey: match.correlationKey,
      trigger: triggerOf(alertId, alert),
      dryRun: false,
      whenAlertResolves: match.whenAlertResolves,
      origin: { alert, payloadHash: payloadHash(alert) },
    });
    return { workflowId: run.workflow_id, effect: 'new' };
  }
  const workflowId = open.workflow_id;
  const effect = match.onRepeat === 'join' ? 'joined' : 'ignored';
  if (effect === 'joined') {
    await tx
      .insertInto('signals')
      .values({ id: newId('signal'), workflow_id: workflowId, kind: 'repeated', alert_id: alertId })
      .execute();
  }
  await append(tx, [
    {
      workflowId,
      kind: 'alert',
      facts: { effect, alertId, name: alert.name, payloadHash: payloadHash(alert) },
    },
  ]);
  return { workflowId, effect };
}

const payloadHash = (alert: Alert): string => hashOf(storable(alert.raw ?? null));

function triggerOf(alertId: string, alert: Alert): Trigger {
  return {
    kind: 'alert',
    source: alert.source,
    authenticated: alert.authenticated,
    alert: {
      id: alertId,
      name: alert.name,
      startedAt: new Date(alert.startedAt).toISOString(),
      labels: { ...alert.labels },
      annotations: { ...alert.annotations },
      ...(alert.link === undefined ? {} : { link: storableText(alert.link) }),
    },
  };
}
