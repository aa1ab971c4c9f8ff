import { sql, type Selectable } from 'kysely';
import { canonicalJson } from '../activities/kit/index.ts';
import type { RunOutcome, Trigger } from '../workflows/messages.ts';
import type { Ledger, RunRequest, RunRow, Waits } from './api.ts';
import type { LedgerContext, Queries } from './database/context.ts';
import type { Database } from './database/tables.ts';
import { LedgerRefused } from './errors.ts';
import { changeHands } from './hands.ts';
import { append } from './record/append.ts';
import { workflowIdPrefix } from './workflow-id.ts';

export function runMethods({
  db,
}: LedgerContext): Pick<
  Ledger,
  'requestRun' | 'runsToStart' | 'runStarted' | 'runsToSweep' | 'run' | 'runs'
> {
  return {
    requestRun: (r) => db.transaction().execute(async (tx) => toRunRow(await requestRunIn(tx, r))),

    runsToStart: async (limit) => {
      const { rows } = await sql<SelectedRun>`select * from runs_to_start(${limit})`.execute(db);
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
      const { rows } = await sql<{
        workflow_id: string;
      }>`select workflow_id from ${RUNS_WITHOUT_END} as candidates
          where workflow_id > ${after} order by workflow_id limit ${limit}`.execute(db);
      return rows.map((row) => row.workflow_id);
    },

    run: async (workflowId) => {
      const row = await db
        .selectFrom('runs')
        .selectAll()
        .select(waits)
        .where('workflow_id', '=', workflowId)
        .executeTakeFirst();
      return row === undefined ? undefined : toRunRow(row);
    },

    runs: async ({ status, runbook, limit }) => {
      let query = db.selectFrom('runs').selectAll().select(waits).orderBy('received_at', 'desc').limit(limit);
      if (status !== undefined) query = query.where('status', '=', status);
      if (runbook !== undefined) query = query.where('runbook', '=', runbook);
      return (await query.execute()).map(toRunRow);
    },
  };
}

/** In a transaction of the caller's; it holds the incident's lock until that ends. */
export async function requestRunIn(tx: Queries, r: RunRequest): Promise<SelectedRun> {
  await lockIncidents(tx, [incidentKey(r)]);
  const before = await tx
    .selectFrom('runs')
    .selectAll()
    .where('request_id', '=', r.requestId)
    .executeTakeFirst();
  if (before !== undefined) return sameRequest(before, r);
  const starter = r.trigger.run === undefined ? undefined : await starterOf(tx, r.trigger.run);
  const { requestId, runsAtOnce, ...run } = r;
  const json = newRunJson({
    ...run,
    whenAlertResolves: 'finish',
    atMost: run.dryRun ? undefined : runsAtOnce,
    origin: { requestId },
  });
  const { rows } = await sql<SelectedRun>`select * from insert_run(${JSON.stringify(json)})`.execute(tx);
  const started = rows[0]!;
  if (starter?.hands_taken) {
    const order = { by: starter.hands_by!, reason: starter.hands_reason! };
    await changeHands({ tx, run: started, order, taken: true });
  }
  return started;
}

/**
 * The run that asks for another, locked: whoever takes it over or stops it at this moment finds the other one, or has done
 * so before, and then it is theirs too. Throws when it was stopped.
 */
async function starterOf(tx: Queries, workflowId: string): Promise<Selectable<Database['runs']> | undefined> {
  const starter = await tx
    .selectFrom('runs')
    .selectAll()
    .where('workflow_id', '=', workflowId)
    .forUpdate()
    .executeTakeFirst();
  if (starter?.stop_is_final)
    throw new LedgerRefused(`${workflowId} was stopped by ${starter.stop_by}: it starts no other run`);
  return starter;
}

/** Started and not ended, or gone on after its end (a reset) and left something open. */
export const RUNS_WITHOUT_END = sql`(
  select workflow_id from runs where status = 'started'
  union
  select r.workflow_id from questions q join runs r using (workflow_id)
    where q.status = 'open' and r.status = 'ended' and (q.question ->> 'openedAt')::timestamptz > r.ended_at
  union
  select r.workflow_id from attempts a join runs r using (workflow_id)
    where a.outcome is null and r.status = 'ended' and a.begun_at > r.ended_at
  union
  select r.workflow_id from locks l join runs r using (workflow_id)
    where r.status = 'ended' and l.taken_at > r.ended_at
)`;

export type SelectedRun = Selectable<Database['runs']> & { readonly waits_for?: Waits | null };

const waits = sql<Waits | null>`waits_for(runs)`.as('waits_for');

export const incidentKey = (r: { runbook: string; correlationKey: string }): string =>
  `${r.runbook} ${r.correlationKey}`;

/** Serialises what concerns the same runbook and correlation key until the transaction ends; always in the same order. */
export async function lockIncidents(tx: Queries, keys: readonly string[]): Promise<void> {
  await sql`select lock_incidents(${keys}::text[])`.execute(tx);
}

export interface NewRun {
  readonly runbook: string;
  readonly title: string;
  readonly input: unknown;
  readonly correlationKey: string;
  readonly trigger: Trigger;
  readonly dryRun: boolean;
  /** Started by an alert of a runbook in shadow; a dry run. */
  readonly shadow?: boolean | undefined;
  readonly whenAlertResolves: 'finish' | 'stop-before-first-change';
  /** Runs of this runbook at once; more wait for a place. */
  readonly atMost?: number | undefined;
  /** Not before that moment, and why, in words that go before "until 03:10". */
  readonly notBefore?: string | undefined;
  readonly why?: string | undefined;
  /** Not before this run has ended. */
  readonly after?: string | undefined;
  /** The inputs of the alerts that it stands for, where more may come before it starts. */
  readonly gathered?: readonly unknown[] | undefined;
  readonly origin:
    | { readonly requestId: string }
    | {
        readonly alert: { source: string; fingerprint: string; startedAt: string };
        readonly payloadHash: string;
      };
}

/** What `insert_run` writes: a new incident of its key, received and not yet started. */
export function newRunJson({ origin, why, ...run }: NewRun): object {
  const alert = 'alert' in origin ? origin.alert : undefined;
  const { runbook, title, input, trigger, dryRun, shadow } = run;
  return {
    ...run,
    waits: why,
    idPrefix: workflowIdPrefix(run),
    requestId: 'requestId' in origin ? origin.requestId : undefined,
    alertSource: alert?.source,
    alertFingerprint: alert?.fingerprint,
    alertStartedAt: alert?.startedAt,
    facts: {
      ...{ runbook, title, input, trigger, dryRun },
      ...(shadow && { shadow }),
      payloadHash: 'payloadHash' in origin ? origin.payloadHash : null,
    },
  };
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

export function toRunRow(row: SelectedRun): RunRow {
  return {
    workflowId: row.workflow_id,
    runbook: row.runbook,
    title: row.title,
    input: row.input,
    trigger: row.trigger as Trigger,
    dryRun: row.dry_run,
    shadow: row.shadow,
    status: row.status,
    waits: row.waits_for ?? undefined,
    outcome: (row.outcome as RunOutcome | null) ?? undefined,
    result: row.result ?? undefined,
    receivedAt: row.received_at,
    startedAt: row.started_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
    sealedAt: row.sealed_at ?? undefined,
    goesOnAs: row.goes_on_as ?? undefined,
  };
}
