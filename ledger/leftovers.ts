import { sql, type Selectable } from 'kysely';
import type { PlannedUndo } from '../activities/kit/index.ts';
import type { Ledger, Leftover } from './api.ts';
import type { LedgerContext, Queries } from './database/context.ts';
import type { Database } from './database/tables.ts';
import { LedgerRefused } from './errors.ts';
import { newId } from './identifiers.ts';
import { append } from './record/append.ts';

export function leftoverMethods({
  db,
}: LedgerContext): Pick<
  Ledger,
  'addLeftover' | 'clearLeftover' | 'keepLeftover' | 'leftovers' | 'leftoversToAsk' | 'leftoverAsked'
> {
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
        if (row === undefined) {
          // Listed as it took effect: how it goes back, and after which check, is said by now.
          if (l.undo)
            await tx
              .updateTable('leftovers')
              .set({ undo: JSON.stringify(l.undo) })
              .where('workflow_id', '=', l.workflowId)
              .where('target', '=', l.target)
              .where('what', '=', l.what)
              .where('cleared_at', 'is', null)
              .execute();
          return;
        }
        const { workflowId, target, what, why, owner, expiresAt } = l;
        await append(tx, [
          { workflowId, kind: 'leftover', facts: { id: row.id, target, what, why, owner, expiresAt } },
        ]);
      }),

    clearLeftover: ({ id, by, reason }) =>
      db.transaction().execute(async (tx) => {
        const cleared = await tx
          .updateTable('leftovers')
          .set({ cleared_at: sql<string>`clock_timestamp()`, cleared_by: by })
          .where('id', '=', id)
          .where('cleared_at', 'is', null)
          .returning(['workflow_id', 'target', 'what'])
          .executeTakeFirst();
        if (cleared === undefined) return known(tx, id);
        const { workflow_id: workflowId, target, what } = cleared;
        await append(tx, [{ workflowId, kind: 'leftover-cleared', facts: { id, target, what, by, reason } }]);
      }),

    keepLeftover: ({ id, until, by, reason }) =>
      db.transaction().execute(async (tx) => {
        const kept = await tx
          .updateTable('leftovers')
          .set({ expires_at: until, asked_at: null })
          .where('id', '=', id)
          .where('cleared_at', 'is', null)
          .returning(['workflow_id', 'target', 'what'])
          .executeTakeFirst();
        if (kept === undefined) throw new LedgerRefused(`"${id}" is not left any more`);
        const { workflow_id: workflowId, target, what } = kept;
        await append(tx, [
          { workflowId, kind: 'leftover-kept', facts: { id, target, what, until, by, reason } },
        ]);
      }),

    leftoversToAsk: async (limit) => {
      const rows = await db
        .selectFrom('leftovers as l')
        .innerJoin('runs as r', 'r.workflow_id', 'l.workflow_id')
        .selectAll('l')
        .where('r.status', '=', 'ended')
        .where('l.cleared_at', 'is', null)
        .where(NOT_OVER)
        // Asked, and the run that asked has ended without an answer that cleared or kept it: a day later again.
        .where(
          sql<boolean>`(l.asked_at is null or (l.asked_at < clock_timestamp() - interval '1 day' and not exists (
            select from runs about where about.correlation_key = l.id
              and (about.status <> 'ended' or about.ended_at > clock_timestamp() - interval '1 day'))))`,
        )
        .where('l.expires_at', '<', sql<string>`clock_timestamp()`)
        .orderBy('l.expires_at')
        .limit(limit)
        .execute();
      return rows.map(toLeftover);
    },

    leftoverAsked: async (id) => {
      await db
        .updateTable('leftovers')
        .set({ asked_at: sql<string>`clock_timestamp()` })
        .where('id', '=', id)
        .execute();
    },

    leftovers: async () => {
      const rows = await db
        .selectFrom('leftovers')
        .selectAll()
        .where('cleared_at', 'is', null)
        .where(NOT_OVER)
        .orderBy('since')
        .execute();
      return rows.map(toLeftover);
    },
  };
}

/** What has an end of its own is left until then. */
const NOT_OVER = sql<boolean>`(ends_at is null or ends_at > clock_timestamp())`;

/** Twice the same is one; what was never left is refused. */
async function known(db: Queries, id: string): Promise<void> {
  const row = await db.selectFrom('leftovers').select('id').where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw new LedgerRefused(`nothing is left that is called "${id}"`);
}

const toLeftover = (row: Selectable<Database['leftovers']>): Leftover => ({
  id: row.id,
  workflowId: row.workflow_id,
  target: row.target,
  what: row.what,
  why: row.why,
  owner: row.owner,
  since: row.since,
  expiresAt: row.expires_at,
  askedAt: row.asked_at ?? undefined,
  cluster: row.cluster ?? undefined,
  step: row.step ?? undefined,
  undo: (row.undo as PlannedUndo | null) ?? undefined,
});
