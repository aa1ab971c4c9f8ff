import { sql, type Kysely } from 'kysely';
import { BUDGETS } from '../functions/budgets.ts';
import { BUDGET_PLACES } from '../functions/budget-places.ts';

/** A place in a disruption budget is looked at again right before the effect, and given back where nothing began. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const again = BUDGETS.replaceAll('create function', 'create or replace function');
  for (const text of [again, BUDGET_PLACES]) await sql.raw(text).execute(db);
}
