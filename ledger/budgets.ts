/** Places in disruption budgets, and what a run waits for that only its worker can see. */
import { sql } from 'kysely';
import type { Ledger } from './api.ts';
import type { LedgerContext } from './database/context.ts';

type BudgetMethods = Pick<Ledger, 'now' | 'takeBudgets' | 'holdsBudgets' | 'leaveBudgets' | 'noteWait'>;

export function budgetMethods({ db }: LedgerContext): BudgetMethods {
  return {
    now: async () => {
      const { rows } = await sql<{ now: string }>`select utc(clock_timestamp()) as now`.execute(db);
      return rows[0]!.now;
    },

    takeBudgets: async ({ workflowId, plan, position, names, asOf }) => {
      const { rows } = await sql<{
        holder: string | null;
      }>`select take_budgets(${workflowId}, ${plan}, ${position.kind}, ${position.index}, ${names}::text[],
        ${asOf}::timestamptz) as holder`.execute(db);
      return rows[0]!.holder ?? undefined;
    },

    holdsBudgets: async ({ workflowId, plan, position, names }) => {
      const { rows } = await sql<{
        held: boolean;
      }>`select holds_budgets(${workflowId}, ${plan}, ${position.kind}, ${position.index}, ${names}::text[])
        as held`.execute(db);
      return rows[0]!.held;
    },

    leaveBudgets: async ({ workflowId, plan, position }) => {
      await sql`select leave_budgets(${workflowId}, ${plan}, ${position.kind}, ${position.index})`.execute(
        db,
      );
    },

    noteWait: async ({ workflowId, what, on }) => {
      await sql`insert into waits as w (workflow_id, what, on_runs) values (${workflowId}, ${what}, ${on}::text[])
        on conflict (workflow_id) do update set what = excluded.what, on_runs = excluded.on_runs`.execute(db);
    },
  };
}
