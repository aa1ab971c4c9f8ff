/**
 * Which Temporal has the deployment's runs. Another server with a namespace of the same name knows none of them: taken for
 * the right one it would look as if all of them were gone.
 */
import { sql, type Selectable } from 'kysely';
import type { TemporalIdentity } from '../workflows/temporal-identity.ts';
import type { Ledger, TemporalHome } from './api.ts';
import type { LedgerContext, Queries } from './database/context.ts';
import type { Database } from './database/tables.ts';
import { WrongTemporal } from './errors.ts';
import { append } from './record/append.ts';

export function temporalHomeMethods({
  db,
  deployment,
}: LedgerContext): Pick<Ledger, 'mustBeHome' | 'temporalHome' | 'temporalMoved'> {
  return {
    async mustBeHome(there) {
      const kept = (await homeIn(db)) ?? (await firstUse(db, there));
      if (kept.namespaceId !== there.namespaceId) throw new WrongTemporal(wrongText(deployment, kept, there));
      if (kept.address !== there.address || kept.namespace !== there.namespace) await seenAt(db, there);
    },

    temporalHome: () => homeIn(db),

    temporalMoved: ({ namespaceId, order }) =>
      db.transaction().execute(async (tx) => {
        const from = (await homeIn(tx))?.namespaceId;
        if (from === namespaceId) return;
        await sql`
          insert into temporal_home (namespace_id) values (${namespaceId})
          on conflict (only_row) do update
          set namespace_id = excluded.namespace_id, namespace = null, address = null, since = clock_timestamp()
        `.execute(tx);
        await append(tx, [
          {
            workflowId: '',
            kind: 'temporal-moved',
            facts: { from: from ?? null, to: namespaceId, ...order },
          },
        ]);
      }),
  };
}

/** Of two that come first at once, the one that the ledger kept. */
async function firstUse(db: Queries, there: TemporalIdentity): Promise<TemporalHome> {
  await db
    .insertInto('temporal_home')
    .values({ namespace_id: there.namespaceId, namespace: there.namespace, address: there.address })
    .onConflict((c) => c.doNothing())
    .execute();
  return (await homeIn(db))!;
}

/** The same namespace under another address, or a namespace that was only announced: what people are shown next time. */
async function seenAt(db: Queries, { namespaceId, namespace, address }: TemporalIdentity): Promise<void> {
  await db
    .updateTable('temporal_home')
    .set({ namespace, address })
    .where('namespace_id', '=', namespaceId)
    .execute();
}

async function homeIn(db: Queries): Promise<TemporalHome | undefined> {
  const row = await db.selectFrom('temporal_home').selectAll().executeTakeFirst();
  return row && toHome(row);
}

const toHome = (row: Selectable<Database['temporal_home']>): TemporalHome => ({
  namespaceId: row.namespace_id,
  ...(row.namespace !== null && { namespace: row.namespace }),
  ...(row.address !== null && { address: row.address }),
  since: row.since,
});

function wrongText(deployment: string, kept: TemporalHome, there: TemporalIdentity): string {
  return [
    `This is not the Temporal that has the runs of deployment "${deployment}". Nothing is read from it or started in it.`,
    `  theirs:  namespace ${kept.namespace ? `"${kept.namespace}" ` : ''}${kept.namespaceId}, since ${kept.since}${kept.address ? `, last at ${kept.address}` : ''}`,
    `  this:    namespace "${there.namespace}" ${there.namespaceId}, at ${there.address}`,
    'Look at temporal.address and temporal.namespace of the configuration.',
    `When its database was lost, or you move on purpose, say so: nightshift deploy temporal-moved ${there.namespaceId} --reason "…"`,
  ].join('\n');
}
