import { Migrator, sql, type Kysely } from 'kysely';
import pg from 'pg';
import { up as ledger0001 } from './migrations/0001-ledger.ts';
import { up as identity0002 } from './migrations/0002-identity.ts';
import { up as begin0003 } from './migrations/0003-ended-runs-hold-nothing.ts';
import { up as correlation0004 } from './migrations/0004-correlation.ts';
import { up as left0008 } from './migrations/0008-what-is-left.ts';
import { up as bundles0009 } from './migrations/0009-bundles.ts';
import { up as delegations0010 } from './migrations/0010-delegations.ts';
import { up as locks0011 } from './migrations/0011-held-over-a-plan.ts';
import { up as orders0012 } from './migrations/0012-orders-to-runs.ts';
import { up as budgets0013 } from './migrations/0013-disruption-budgets.ts';
import { up as unheard0014 } from './migrations/0014-alerts-nobody-heard.ts';
import { up as versions0015 } from './migrations/0015-versions-decided.ts';
import { up as schedules0016 } from './migrations/0016-schedules.ts';
import { up as requests0017 } from './migrations/0017-requests.ts';
import { up as trying0018 } from './migrations/0018-trying-changes-nothing.ts';
import { up as hands0019 } from './migrations/0019-taken-over.ts';
import { up as tokens0020 } from './migrations/0020-who-made-a-token.ts';
import { up as ends0021 } from './migrations/0021-ends-with-their-own-time.ts';
import { up as shadow0022 } from './migrations/0022-shadow.ts';
import { up as leftByItsOwnStep0023 } from './migrations/0023-left-by-its-own-step.ts';
import { up as artefacts0024 } from './migrations/0024-artefacts.ts';
import { up as places0025 } from './migrations/0025-budget-places.ts';
import { up as telling0026 } from './migrations/0026-telling.ts';
import { up as goesOnAs0027 } from './migrations/0027-goes-on-as.ts';
import { up as freezes0028 } from './migrations/0028-freezes-from-anywhere.ts';
import { up as whichTemporal0029 } from './migrations/0029-which-temporal.ts';
import { up as changes0030 } from './migrations/0030-changes-are-news.ts';
import { up as severalClusters0031 } from './migrations/0031-freezes-of-several-clusters.ts';
import { up as newsOfClusters0032 } from './migrations/0032-news-of-several-clusters.ts';
import { up as reminders0033 } from './migrations/0033-reminders.ts';
import { up as seen0034 } from './migrations/0034-requests-seen.ts';
import { up as lifts0035 } from './migrations/0035-lifts-say-of-what.ts';
import { up as leftUntilItsEnd0036 } from './migrations/0036-left-until-its-end.ts';
import { LedgerRefused } from '../errors.ts';
import { sortError } from './pool.ts';
import type { Database } from './tables.ts';

const MIGRATIONS = {
  '0001-ledger': { up: ledger0001 },
  '0002-identity': { up: identity0002 },
  '0003-ended-runs-hold-nothing': { up: begin0003 },
  '0004-correlation': { up: correlation0004 },
  '0008-what-is-left': { up: left0008 },
  '0009-bundles': { up: bundles0009 },
  '0010-delegations': { up: delegations0010 },
  '0011-held-over-a-plan': { up: locks0011 },
  '0012-orders-to-runs': { up: orders0012 },
  '0013-disruption-budgets': { up: budgets0013 },
  '0014-alerts-nobody-heard': { up: unheard0014 },
  '0015-versions-decided': { up: versions0015 },
  '0016-schedules': { up: schedules0016 },
  '0017-requests': { up: requests0017 },
  '0018-trying-changes-nothing': { up: trying0018 },
  '0019-taken-over': { up: hands0019 },
  '0020-who-made-a-token': { up: tokens0020 },
  '0021-ends-with-their-own-time': { up: ends0021 },
  '0022-shadow': { up: shadow0022 },
  '0023-left-by-its-own-step': { up: leftByItsOwnStep0023 },
  '0024-artefacts': { up: artefacts0024 },
  '0025-budget-places': { up: places0025 },
  '0026-telling': { up: telling0026 },
  '0027-goes-on-as': { up: goesOnAs0027 },
  '0028-freezes-from-anywhere': { up: freezes0028 },
  '0029-which-temporal': { up: whichTemporal0029 },
  '0030-changes-are-news': { up: changes0030 },
  '0031-freezes-of-several-clusters': { up: severalClusters0031 },
  '0032-news-of-several-clusters': { up: newsOfClusters0032 },
  '0033-reminders': { up: reminders0033 },
  '0034-requests-seen': { up: seen0034 },
  '0035-lifts-say-of-what': { up: lifts0035 },
  '0036-left-until-its-end': { up: leftUntilItsEnd0036 },
};
const PATIENCE_MS = 60_000;

/**
 * Brings the deployment's schema to the newest version. Safe when several processes start at once: one migrates, the
 * others wait for it. The lock lives on its own connection, so that a crash releases it.
 */
export async function migrate(
  db: Kysely<Database>,
  connection: pg.ClientConfig,
  schema: string,
): Promise<void> {
  const guard = new pg.Client({
    ...connection,
    statement_timeout: PATIENCE_MS,
    query_timeout: PATIENCE_MS + 1_000,
  });
  guard.on('error', () => undefined);
  try {
    await guard.connect();
    await guard.query('select pg_advisory_lock(hashtextextended($1, 0))', [`migrate ${schema}`]);
  } catch (error) {
    await guard.end().catch(() => undefined);
    throw sortError(error);
  }
  try {
    await sql`create schema if not exists ${sql.id(schema)}`.execute(db);
    const { rows } = await sql<{ current: string | null }>`select current_schema() as current`.execute(db);
    if (rows[0]?.current !== schema) {
      throw new RangeError(
        'the database URL sets "options" of its own; leave them out: the ledger chooses its schema',
      );
    }
    const migrator = new Migrator({
      db,
      provider: { getMigrations: () => Promise.resolve(MIGRATIONS) },
      migrationTableSchema: schema,
    });
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) {
      throw error instanceof Error ? error : new Error('the ledger could not be migrated', { cause: error });
    }
  } finally {
    await guard.end().catch(() => undefined);
  }
}

/** Throws a `LedgerRefused` unless the deployment has a ledger in this database, of the version that this code speaks. */
export async function mustBeCurrent(
  db: Kysely<Database>,
  { deployment, schema }: { readonly deployment: string; readonly schema: string },
): Promise<void> {
  const { rows } = await sql<{ exists: boolean }>`
    select to_regclass(${`"${schema}".kysely_migration`}) is not null as exists`.execute(db);
  if (!rows[0]?.exists)
    throw new LedgerRefused(
      `this database has no ledger of a deployment "${deployment}"; compare the name with that in nightshift.config.ts`,
    );
  const done = await sql<{
    name: string;
  }>`select name from ${sql.table(`${schema}.kysely_migration`)}`.execute(db);
  const known = new Set(Object.keys(MIGRATIONS));
  if (done.rows.length !== known.size || done.rows.some(({ name }) => !known.has(name)))
    throw new LedgerRefused(
      `the ledger of "${deployment}" is of another version than this command; use the nightshift that the deployment runs. A freeze needs no version: insert into ${schema}.freezes (scope, reason) values ('everything', 'why')`,
    );
}
