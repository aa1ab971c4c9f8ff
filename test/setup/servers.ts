import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopLeftover } from '../../embedded/pid-file.ts';
import { startPostgres } from '../../embedded/postgres.ts';
import { startTemporalServer } from '../../embedded/temporal-server.ts';
import { DATABASE_VARIABLE } from '../../testing/servers.ts';

const PREFIX = 'nightshift-test-';

type Cleanup = () => Promise<void>;

/** jest runs a project's setup and teardown in one process, as two modules: this is what one leaves to the other. */
const kept = globalThis as typeof globalThis & { nightshiftTestServers?: Cleanup };

/**
 * Starts one PostgreSQL and one Temporal server in a new folder and names them in the environment of the test files:
 * `TEST_DATABASE_URL` (a superuser; each file creates its own database), `TEST_TEMPORAL_ADDRESS`, and `TEST_FOLDER` for what
 * files share.
 */
export async function startTestServers(): Promise<void> {
  if (kept.nightshiftTestServers) return;
  await endLeftovers();
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  const started: Cleanup[] = [];
  kept.nightshiftTestServers = async () => {
    for (const stop of started.reverse()) await stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const postgres = await startPostgres({ folder: join(folder, 'postgres') });
    started.push(() => postgres.stop());
    const temporal = await startTemporalServer({ folder: join(folder, 'temporal') });
    started.push(() => temporal.stop());
    process.env.TEST_DATABASE_URL = postgres.url;
    process.env[DATABASE_VARIABLE] = postgres.url;
    process.env.TEST_TEMPORAL_ADDRESS = temporal.address;
    process.env.TEST_FOLDER = folder;
  } catch (error) {
    await stopTestServers();
    throw error;
  }
}

export async function stopTestServers(): Promise<void> {
  const stop = kept.nightshiftTestServers;
  kept.nightshiftTestServers = undefined;
  await stop?.();
}

/** Ends the servers of earlier runs whose jest was killed; those of a run that lives are left alone. */
async function endLeftovers(): Promise<void> {
  const folders = (await readdir(tmpdir())).filter((name) => name.startsWith(PREFIX));
  for (const folder of folders.map((name) => join(tmpdir(), name))) {
    const pidFiles = ['postgres', 'temporal'].map((server) => join(folder, server, 'server.pid'));
    if (!pidFiles.some((file) => existsSync(file))) continue;
    try {
      for (const file of pidFiles) await stopLeftover(file, { signal: 'SIGINT' });
      await rm(folder, { recursive: true, force: true });
    } catch {
      // In use: its owner lives.
    }
  }
}
