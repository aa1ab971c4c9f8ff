/** The PostgreSQL that every file of a jest run shares. Each file makes a database of its own on it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../embedded/postgres.ts';

/** Names it to the test files: jest hands the environment of its global setup on to them. */
export const DATABASE_VARIABLE = 'NIGHTSHIFT_TEST_DATABASE';

/** jest runs setup and teardown in one process, as two modules: this is what one leaves to the other. */
const kept = globalThis as typeof globalThis & { nightshiftTestPostgres?: () => Promise<void> };

export async function startDatabaseServer(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-postgres-'));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    const postgres = await startPostgres({ folder });
    kept.nightshiftTestPostgres = async () => {
      await postgres.stop();
      await removeFolder();
    };
    process.env[DATABASE_VARIABLE] = postgres.url;
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

export async function stopDatabaseServer(): Promise<void> {
  await kept.nightshiftTestPostgres?.();
  kept.nightshiftTestPostgres = undefined;
}
