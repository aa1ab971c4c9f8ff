import { sql, type Selectable } from 'kysely';
import type { Freeze, Ledger } from './api.ts';
import type { LedgerContext } from './database/context.ts';
import type { Database } from './database/tables.ts';
import { LedgerRefused } from './errors.ts';
import { newId } from './identifiers.ts';

export function stopMethods({ db }: LedgerContext): Pick<Ledger, 'freeze' | 'lift' | 'freezes'> {
  return {
    /** Waits for intents that are being written at this moment; once it has returned, every later one sees it. */
    freeze: async (f) => {
      const row = await db
        .insertInto('freezes')
        .values({
          id: newId('freeze'),
          scope: f.scope.kind,
          name: f.scope.kind === 'everything' ? null : f.scope.name,
          reason: f.reason,
          by: f.by,
          until: f.until ?? null,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      return toFreeze(row);
    },

    lift: async (id, by) => {
      const { numUpdatedRows } = await db
        .updateTable('freezes')
        .set({ lifted_at: sql<string>`clock_timestamp()`, lifted_by: by })
        .where('id', '=', id)
        .where('lifted_at', 'is', null)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows === 1n) return;
      const known = await db.selectFrom('freezes').select('id').where('id', '=', id).executeTakeFirst();
      if (known === undefined) throw new LedgerRefused(`there is no freeze "${id}"`);
    },

    freezes: async () => {
      const rows = await db
        .selectFrom('freezes')
        .selectAll()
        .where('lifted_at', 'is', null)
        .where(sql<boolean>`(until is null or until > clock_timestamp())`)
        .orderBy('since')
        .execute();
      return rows.map(toFreeze);
    },
  };
}

function toFreeze(row: Selectable<Database['freezes']>): Freeze {
  return {
    id: row.id,
    scope: row.scope === 'everything' ? { kind: row.scope } : { kind: row.scope, name: row.name! },
    reason: row.reason,
    by: row.by,
    since: row.since,
    ...(row.until === null ? {} : { until: row.until }),
  };
}
