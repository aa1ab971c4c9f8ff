/**
 * What people order a run: to stop, to end. Written with who, when and why before anybody is told that it was heard; the
 * run is told from here, and asks here what stands.
 */
import { sql, type Selectable } from 'kysely';
import type { Ledger, OrderOf } from './api.ts';
import type { LedgerContext, Queries } from './database/context.ts';
import type { Database } from './database/tables.ts';
import { LedgerRefused } from './errors.ts';
import { handsOf } from './hands.ts';
import { hasChanged } from './has-changed.ts';
import { newId } from './identifiers.ts';
import { append } from './record/append.ts';
import { sealRunIn } from './record/seal-run.ts';

type Run = Selectable<Database['runs']>;

export function orderMethods(context: LedgerContext): Pick<Ledger, 'stopRun' | 'cancelRun' | 'orders'> {
  const { db } = context;
  return {
    stopRun: (workflowId, order) =>
      db.transaction().execute((tx) => stop({ context, tx, workflowId, order })),

    cancelRun: (workflowId, order) =>
      db.transaction().execute(async (tx) => {
        if ((await cancel({ context, tx, workflowId, order })) === 'over')
          throw new LedgerRefused(`the run "${workflowId}" is over; nothing is left to cancel`);
      }),

    orders: async (workflowId) => {
      const run = await db
        .selectFrom('runs')
        .selectAll()
        .select(hasChanged.as('has_changed'))
        .where('workflow_id', '=', workflowId)
        .executeTakeFirst();
      return {
        stopped: run?.stop_is_final ? { by: run.stop_by!, reason: run.stop_reason! } : undefined,
        cancelled: run?.cancelled_by ? { by: run.cancelled_by, reason: run.cancel_reason! } : undefined,
        hasChanged: run?.has_changed ?? false,
        hands: run ? handsOf(run) : { turn: 0, taken: false, by: '', reason: '' },
      };
    },
  };
}

interface Ordered {
  readonly context: LedgerContext;
  readonly tx: Queries;
  readonly workflowId: string;
  readonly order: OrderOf;
}

export async function cancel({ context, tx, workflowId, order }: Ordered): Promise<'ordered' | 'over'> {
  const run = await lockedRun(tx, workflowId);
  if (run.status === 'ended') return 'over';
  if (run.cancelled_by !== null) return 'ordered';
  await tx
    .updateTable('runs')
    .set({ cancelled_by: order.by, cancel_reason: order.reason })
    .where('workflow_id', '=', workflowId)
    .execute();
  await append(tx, [{ workflowId, kind: 'cancel', facts: order }]);
  await tell({ context, tx, run, kind: 'cancelled', order });
  return 'ordered';
}

/** A run and, one after the other, those that it started. */
export async function stop(o: Ordered): Promise<void> {
  const { context, tx, workflowId, order } = o;
  const { by, reason } = order;
  const run = await lockedRun(tx, workflowId);
  if (!run.stop_is_final) {
    await tx
      .updateTable('runs')
      .set({ stop_by: by, stop_reason: reason, stop_is_final: true })
      .where('workflow_id', '=', workflowId)
      .execute();
    await append(tx, [{ workflowId, kind: 'stop', facts: { reason, by } }]);
    await tell({ context, tx, run, kind: 'stopped', order });
  }
  const started = await tx
    .selectFrom('runs')
    .select('workflow_id')
    .where('status', '<>', 'ended')
    .where(sql<boolean>`trigger ->> 'run' = ${workflowId}`)
    .execute();
  for (const { workflow_id: other } of started) await stop({ context, tx, workflowId: other, order });
}

export async function lockedRun(tx: Queries, workflowId: string): Promise<Run> {
  const run = await tx
    .selectFrom('runs')
    .selectAll()
    .where('workflow_id', '=', workflowId)
    .forUpdate()
    .executeTakeFirst();
  if (run === undefined) throw new LedgerRefused(`there is no run "${workflowId}"`);
  return run;
}

/** A run that still waits for its turn ends here and never starts; one that has begun is told; one that is over hears nothing. */
async function tell(o: {
  context: LedgerContext;
  tx: Queries;
  run: Run;
  kind: 'stopped' | 'cancelled';
  order: OrderOf;
}): Promise<void> {
  const { context, tx, run, kind, order } = o;
  const workflowId = run.workflow_id;
  if (run.status === 'ended') return;
  if (run.status === 'received' && run.admitted_at === null) {
    const result = `the run was ${kind} by ${order.by} before it began: ${order.reason}`;
    await sealRunIn(tx, context.deployment, { workflowId, outcome: kind, result, journal: [] });
    return;
  }
  await tx
    .insertInto('signals')
    .values({ id: newId('signal'), workflow_id: workflowId, kind })
    .execute();
}
