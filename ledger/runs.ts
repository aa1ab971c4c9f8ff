import { sql, type Selectable } from 'kysely';
import { canonicalJson } from '../activities/kit/index.ts';
import type { RunOutcome, Trigger } from '../workflows/messages.ts';
import type { Ledger, RunRow } from './api.ts';
import type { LedgerContext, Queries } from './database/context.ts';
import type { Database } from './database/tables.ts';
import { LedgerRefused } from './errors.ts';
import { append } from './record/append.ts';
import { workflowIdOf } from './workflow-id.ts';

export function runMethods({
  db,
}: LedgerContext): Pick<
  Ledger,
  'requestRun' | 'runsToStart' | 'runStarted' | 'runsToSweep' | 'run' | 'runs'
> {
  return {
    requestRun: (r) =>
      db.transaction().execute(async (tx) => {
        await lockIncidents(tx, [incidentKey(r)]);
        const before = await tx
          .selectFrom('runs')
          .selectAll()
          .where('request_id', '=', r.requestId)
          .executeTakeFirst();
        if (before !== undefined) return toRunRow(sameRequest(before, r));
        return toRunRow(
          await insertRun(tx, { ...r, whenAlertResolves: 'finish', origin: { requestId: r.requestId } }),
        );
      }),

    runsToStart: async (limit) => {
      const rows = await db
        .selectFrom('runs')
        .selectAll()
        .where('status', '=', 'received')
        .orderBy('received_at')
        .limit(limit)
        .execute();
      return rows.map(toRunRow);
    },

    runStarted: (workflowId) =>
      db.transaction().execute(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable('runs')
          .set({ status: 'started', started_at: sql<string>`clock_timestamp()` })
          .where('workflow_id', '=', workflowId)
          .where('status', '=', 'received')
          .executeTakeFirstOrThrow();
        if (numUpdatedRows > 0n) await append(tx, [{ workflowId, kind: 'run-started', facts: {} }]);
      }),

    runsToSweep: async ({ after = '', limit }) => {
      const { rows } = await sql<{ workflow_id: string }>`select workflow_id from (
          select workflow_id from runs where status = 'started'
          union
          select r.workflow_id from questions q join runs r using (workflow_id)
            where q.status = 'open' and r.status = 'ended' and (q.question ->> 'openedAt')::timestamptz > r.ended_at
          union
          select r.workflow_id from attempts a join runs r using (workflow_id)
            where a.outcome is null and r.status = 'ended' and a.begun_at > r.ended_at
        ) as candidates where workflow_id > ${after} order by workflow_id limit ${limit}`.execute(db);
      return rows.map((row) => row.workflow_id);
    },

    run: async (workflowId) => {
      const row = await db
        .selectFrom('runs')
        .selectAll()
        .where('workflow_id', '=', workflowId)
        .executeTakeFirst();
      return row === undefined ? undefined : toRunRow(row);
    },

    runs: async ({ status, runbook, limit }) => {
      let query = db.selectFrom('runs').selectAll().orderBy('received_at', 'desc').limit(limit);
      if (status !== undefined) query = query.where('status', '=', status);
      if (runbook !== undefined) query = query.where('runbook', '=', runbook);
      return (await query.execute()).map(toRunRow);
    },
  };
}

export const incidentKey = (r: { runbook: string; correlationKey: string }): string =>
  `${r.runbook} ${r.correlationKey}`;

/** Serialises what concerns the same runbook and correlation key until the transaction ends; always in the same order. */
export async function lockIncidents(tx: Queries, keys: readonly string[]): Promise<void> {
  const sorted = [...new Set(keys)].sort();
  await sql`select pg_advisory_xact_lock(hashtextextended('incident ' || current_schema() || ' ' || k, 0))
    from unnest(${sorted}::text[]) with ordinality as keys (k, n)`.execute(tx);
}

export interface NewRun {
  readonly runbook: string;
  readonly title: string;
  readonly input: unknown;
  readonly correlationKey: string;
  readonly trigger: Trigger;
  readonly dryRun: boolean;
  readonly whenAlertResolves: 'finish' | 'stop-before-first-change';
  readonly origin:
    | { readonly requestId: string }
    | {
        readonly alert: { source: string; fingerprint: string; startedAt: string };
        readonly payloadHash: string;
      };
}

/** A new incident of its key, received and not yet started. The caller holds the incident's lock. */
export async function insertRun(tx: Queries, run: NewRun): Promise<Selectable<Database['runs']>> {
  const { runbook, correlationKey } = run;
  const { ordinal } = await tx
    .selectFrom('runs')
    .select((e) => sql<number>`coalesce(${e.fn.max('ordinal')}, 0) + 1`.as('ordinal'))
    .where('runbook', '=', runbook)
    .where('correlation_key', '=', correlationKey)
    .executeTakeFirstOrThrow();
  const workflowId = workflowIdOf({ runbook, correlationKey, ordinal });
  const alert = 'alert' in run.origin ? run.origin.alert : undefined;
  const row = await tx
    .insertInto('runs')
    .values({
      workflow_id: workflowId,
      runbook,
      correlation_key: correlationKey,
      ordinal,
      title: run.title,
      input: JSON.stringify(run.input),
      trigger: JSON.stringify(run.trigger),
      dry_run: run.dryRun,
      request_id: 'requestId' in run.origin ? run.origin.requestId : null,
      alert_source: alert?.source ?? null,
      alert_fingerprint: alert?.fingerprint ?? null,
      alert_started_at: alert?.startedAt ?? null,
      when_alert_resolves: run.whenAlertResolves,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const { title, input, trigger, dryRun } = run;
  const payloadHash = 'payloadHash' in run.origin ? run.origin.payloadHash : null;
  await append(tx, [
    { workflowId, kind: 'run-received', facts: { runbook, title, input, trigger, dryRun, payloadHash } },
  ]);
  return row;
}

function sameRequest(
  before: Selectable<Database['runs']>,
  asked: { requestId: string; runbook: string; input: unknown; dryRun: boolean },
): Selectable<Database['runs']> {
  const same =
    before.runbook === asked.runbook &&
    before.dry_run === asked.dryRun &&
    canonicalJson(before.input) === canonicalJson(asked.input);
  if (same) return before;
  throw new LedgerRefused(
    `the request "${asked.requestId}" was used for another run (${before.workflow_id}); send a new request id`,
  );
}

function toRunRow(row: Selectable<Database['runs']>): RunRow {
  return {
    workflowId: row.workflow_id,
    runbook: row.runbook,
    title: row.title,
    input: row.input,
    trigger: row.trigger as Trigger,
    dryRun: row.dry_run,
    status: row.status,
    outcome: (row.outcome as RunOutcome | null) ?? undefined,
    result: row.result ?? undefined,
    receivedAt: row.received_at,
    startedAt: row.started_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
    sealedAt: row.sealed_at ?? undefined,
  };
}
