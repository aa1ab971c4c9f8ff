import { sql, type Selectable } from 'kysely';
import type { Delegation, Ledger } from './api.ts';
import type { LedgerContext } from './database/context.ts';
import type { Database } from './database/tables.ts';
import { LedgerRefused } from './errors.ts';
import { append } from './record/append.ts';

export function delegationMethods({
  db,
}: LedgerContext): Pick<Ledger, 'delegate' | 'endDelegation' | 'delegations'> {
  return {
    delegate: ({ signed, ...d }) =>
      db.transaction().execute(async (tx) => {
        const row = await tx
          .insertInto('delegations')
          .values({
            ...{ id: d.id, role: d.role, from_person: d.from, to_person: d.to },
            ...{ since: d.since, until: d.until, reason: d.reason },
            ...{ statement: signed.statement, signature: signed.signature, key_id: signed.keyId },
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        await append(tx, [{ workflowId: '', kind: 'delegation', facts: { ...d, signed } }]);
        return toDelegation(row);
      }),

    endDelegation: (id, by) =>
      db.transaction().execute(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable('delegations')
          .set({ ended_at: sql<string>`clock_timestamp()`, ended_by: by })
          .where('id', '=', id)
          .where('ended_at', 'is', null)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 1n) {
          await append(tx, [{ workflowId: '', kind: 'delegation-ended', facts: { id, by } }]);
          return;
        }
        const known = await tx.selectFrom('delegations').select('id').where('id', '=', id).executeTakeFirst();
        if (known === undefined) throw new LedgerRefused(`there is no delegation "${id}"`);
      }),

    delegations: async ({ at } = {}) => {
      const moment = at === undefined ? sql<string>`clock_timestamp()` : sql<string>`${at}::timestamptz`;
      const rows = await db
        .selectFrom('delegations')
        .selectAll()
        .where(
          sql<boolean>`since <= ${moment} and until > ${moment} and (ended_at is null or ended_at > ${moment})`,
        )
        .orderBy('since')
        .execute();
      return rows.map(toDelegation);
    },
  };
}

function toDelegation(row: Selectable<Database['delegations']>): Delegation {
  return {
    id: row.id,
    role: row.role,
    from: row.from_person,
    to: row.to_person,
    since: row.since,
    until: row.until,
    reason: row.reason,
    signed: { statement: row.statement, signature: row.signature, keyId: row.key_id },
  };
}
