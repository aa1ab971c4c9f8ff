import { sql } from 'kysely';
import type { PlannedUndo } from '../activities/kit/index.ts';
import type { Ledger } from './api.ts';
import type { LedgerContext } from './database/context.ts';
import { newId } from './identifiers.ts';
import { append } from './record/append.ts';

export function leftoverMethods({
  db,
}: LedgerContext): Pick<Ledger, 'addLeftover' | 'clearLeftover' | 'leftovers'> {
  return {
    /** Once for each run, target and what was left, until it is cleared. */
    addLeftover: (l) =>
      db.transaction().execute(async (tx) => {
        const row = await tx
          .insertInto('leftovers')
          .values({
            id: newId('left'),
            workflow_id: l.workflowId,
            target: l.target,
            what: l.what,
            why: l.why,
            owner: l.owner,
            expires_at: l.expiresAt,
            cluster: l.cluster ?? null,
            step: l.step ?? null,
            undo: l.undo === undefined ? null : JSON.stringify(l.undo),
          })
          .onConflict((c) =>
            c.columns(['workflow_id', 'target', 'what']).where('cleared_at', 'is', null).doNothing(),
          )
          .returning('id')
          .executeTakeFirst();
        if (row === undefined) return;
        const { workflowId, target, what, why, owner, expiresAt } = l;
        await append(tx, [
          { workflowId, kind: 'leftover', facts: { id: row.id, target, what, why, owner, expiresAt } },
        ]);
      }),

    clearLeftover: ({ workflowId, target }) =>
      db.transaction().execute(async (tx) => {
        const cleared = await tx
          .updateTable('leftovers')
          .set({ cleared_at: sql<string>`clock_timestamp()` })
          .where('workflow_id', '=', workflowId)
          .where('target', '=', target)
          .where('cleared_at', 'is', null)
          .returning('id')
          .execute();
        await append(
          tx,
          cleared.map(({ id }) => ({ workflowId, kind: 'leftover-cleared', facts: { id, target } })),
        );
      }),

    leftovers: async () => {
      const rows = await db
        .selectFrom('leftovers')
        .selectAll()
        .where('cleared_at', 'is', null)
        .orderBy('since')
        .execute();
      return rows.map((row) => ({
        id: row.id,
        workflowId: row.workflow_id,
        target: row.target,
        what: row.what,
        why: row.why,
        owner: row.owner,
        since: row.since,
        expiresAt: row.expires_at,
        cluster: row.cluster ?? undefined,
        step: row.step ?? undefined,
        undo: (row.undo as PlannedUndo | null) ?? undefined,
      }));
    },
  };
}
