import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLab, findLabs, readDetails, type Lab } from '../../lab/index.ts';
import { startTestServers } from './servers.ts';

/** What the teardown, another module of the same process, needs to know. */
const kept = globalThis as typeof globalThis & { nightshiftTestLab?: Lab };

const directoryOf = (name: string): string => join(tmpdir(), `nightshift-lab-${name}`);

/** Labs of test runs are `t` and the run's pid in base 36, so that the next run knows them when their run was killed. */
const TEST_LAB = /^t[0-9a-z]+$/;

/**
 * One lab, one PostgreSQL and one Temporal server for every file of the jest project "lab". `TEST_LAB` is then
 * the path of lab.json, and `TEST_LAB_MEMORY` the bytes that the lab takes when it has come up. Where it is set already, that lab is used and left as it is.
 * A lab that does not come up fails the run: nothing is skipped.
 */
export default async function setup(): Promise<void> {
  await startTestServers();
  if (process.env.TEST_LAB) {
    if (await readDetails(process.env.TEST_LAB)) return;
    throw new Error(`TEST_LAB is ${process.env.TEST_LAB}, and there is no lab; unset it to have one made`);
  }
  await removeAbandonedLabs();
  const progress: string[] = [];
  const name = `t${process.pid.toString(36)}`;
  const lab = createLab({
    name,
    stateDirectory: directoryOf(name),
    onProgress: ({ kind, stage, message }) => progress.push(`  ${kind} ${stage}: ${message}`),
  });
  kept.nightshiftTestLab = lab;
  try {
    await lab.up();
    process.env.TEST_LAB_MEMORY = String((await lab.status())?.memory);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const last = progress.slice(-10).join('\n');
    await lab.down().catch(() => undefined);
    throw new Error(`The lab did not come up, so no test of it can run: ${reason}\n${last}`, {
      cause: error,
    });
  }
  process.env.TEST_LAB = lab.detailsFile;
}

async function removeAbandonedLabs(): Promise<void> {
  for (const { name, stateDirectory, ownerAlive } of await findLabs().catch(() => [])) {
    if (TEST_LAB.test(name) && stateDirectory === directoryOf(name) && !ownerAlive)
      await createLab({ name, stateDirectory }).down();
  }
}
