/** A person takes a run over, acts by hand, and gives it back. In the ledger before anybody is told that it was heard. */
import { sql, type Selectable } from 'kysely';
import type { Hands, Ledger, OrderOf } from './api.ts';
import type { LedgerContext, Queries } from './database/context.ts';
import type { Database } from './database/tables.ts';
import { LedgerRefused } from './errors.ts';
import { newId } from './identifiers.ts';
import { lockedRun } from './orders.ts';
import { append } from './record/append.ts';

type Run = Selectable<Database['runs']>;

export function handsMethods({ db }: LedgerContext): Pick<Ledger, 'takeOver' | 'giveBack'> {
  return {
    takeOver: (workflowId, order) =>
      db.transaction().execute(async (tx) => {
        const run = await lockedRun(tx, workflowId);
        if (run.status === 'ended') throw new LedgerRefused('the run is over: there is nothing to take over');
        if (run.status === 'received')
          throw new LedgerRefused('the run has not begun: cancel it, or wait until it has');
        if (run.hands_taken && run.hands_by === order.by) return;
        if (run.hands_taken)
          throw new LedgerRefused(`${run.hands_by} has taken it over already: ${run.hands_reason}`);
        await changeHands({ tx, run, order, taken: true });
        await withOthers({ tx, run, order, taken: true });
      }),

    giveBack: (workflowId, { by, reason, anybodys = false }) =>
      db.transaction().execute(async (tx) => {
        const run = await lockedRun(tx, workflowId);
        if (!run.hands_taken) throw new LedgerRefused('nobody has taken the run over');
        if (run.hands_by !== by && !anybodys)
          throw new LedgerRefused(
            `${run.hands_by} has taken it over, and gives it back: ${run.hands_reason}`,
          );
        await changeHands({ tx, run, order: { by, reason }, taken: false });
        await withOthers({ tx, run, order: { by, reason }, taken: false });
      }),
  };
}

/** As an order to the run says it. */
export const handsOf = (
  run: Pick<Run, 'hands_turn' | 'hands_taken' | 'hands_by' | 'hands_reason'>,
): Hands => ({
  turn: run.hands_turn,
  taken: run.hands_taken,
  by: run.hands_by ?? '',
  reason: run.hands_reason ?? '',
});

interface Changing {
  readonly tx: Queries;
  readonly run: Run;
  readonly order: OrderOf;
  readonly taken: boolean;
}

/** The runs that it started go with it, but for those that somebody else has. */
async function withOthers({ tx, run, order, taken }: Changing): Promise<void> {
  const started = await tx
    .selectFrom('runs')
    .select('workflow_id')
    .where('status', '<>', 'ended')
    .where(sql<boolean>`trigger ->> 'run' = ${run.workflow_id}`)
    .orderBy('workflow_id')
    .execute();
  for (const { workflow_id: id } of started) {
    const other = await lockedRun(tx, id);
    const goesWithIt = taken ? !other.hands_taken : other.hands_taken && other.hands_by === run.hands_by;
    if (other.status === 'ended' || !goesWithIt) continue;
    await changeHands({ tx, run: other, order, taken });
    await withOthers({ tx, run: other, order, taken });
  }
}

export async function changeHands(o: Changing): Promise<void> {
  const { tx, run, order, taken } = o;
  const { workflow_id: workflowId } = run;
  await tx
    .updateTable('runs')
    .set({
      hands_turn: run.hands_turn + 1,
      hands_taken: taken,
      hands_by: order.by,
      hands_reason: order.reason,
      hands_since: sql<string>`clock_timestamp()`,
    })
    .where('workflow_id', '=', workflowId)
    .execute();
  await append(tx, [{ workflowId, kind: taken ? 'taken-over' : 'given-back', facts: order }]);
  await tx
    .insertInto('signals')
    .values({ id: newId('signal'), workflow_id: workflowId, kind: 'hands' })
    .execute();
}
