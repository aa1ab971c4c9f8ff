/**
 * The code of runbooks, kept by its hash from the moment a worker starts with it until no run needs it: any worker can
 * then host what any open run began with.
 */
import { sql } from 'kysely';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { BundleRow, Ledger } from './api.ts';
import type { LedgerContext } from './database/context.ts';
import { LedgerRefused } from './errors.ts';

/** Of the compressed code; one of fifty runbooks has about 1 MB. */
const LARGEST_BYTES = 32 * 1024 * 1024;

export function bundleMethods({
  db,
}: LedgerContext): Pick<Ledger, 'keepBundle' | 'bundleCode' | 'bundleContracts' | 'bundles' | 'dropBundles'> {
  return {
    keepBundle: async ({ id, code, contracts, by }) => {
      const compressed = await promisify(gzip)(code);
      if (compressed.length > LARGEST_BYTES) {
        throw new LedgerRefused(
          `the runbooks' bundle has ${Math.ceil(compressed.length / 1e6)} MB, more than the ${Math.floor(LARGEST_BYTES / 1e6)} that the ledger keeps; import less into runbooks (data belongs into files that steps read)`,
        );
      }
      await db
        .insertInto('bundles')
        .values({
          id,
          code: compressed,
          contracts: JSON.stringify(contracts),
          kept_by: by,
        })
        .onConflict((c) =>
          c.column('id').doUpdateSet({
            kept_by: (eb) => eb.ref('excluded.kept_by'),
            kept_at: sql<string>`clock_timestamp()`,
          }),
        )
        .execute();
    },

    bundleCode: async (id) => {
      const row = await db.selectFrom('bundles').select('code').where('id', '=', id).executeTakeFirst();
      return row && (await promisify(gunzip)(row.code)).toString('utf8');
    },

    bundleContracts: async (id) => {
      const row = await db.selectFrom('bundles').select('contracts').where('id', '=', id).executeTakeFirst();
      return row?.contracts as Readonly<Record<string, unknown>> | undefined;
    },

    bundles: async () => {
      const rows = await db
        .selectFrom('bundles')
        .select(['id', 'kept_by', 'kept_at'])
        .orderBy('kept_at', 'desc')
        .execute();
      return rows.map(({ id, kept_by, kept_at }): BundleRow => ({ id, keptBy: kept_by, keptAt: kept_at }));
    },

    dropBundles: async (ids) => {
      if (ids.length > 0)
        await db
          .deleteFrom('bundles')
          .where('id', 'in', [...ids])
          .execute();
    },
  };
}
