import { rm } from 'node:fs/promises';
import type { Lab } from '../../lab/index.ts';
import { stopTestServers } from './servers.ts';

const kept = globalThis as typeof globalThis & { nightshiftTestLab?: Lab };

export default async function teardown(): Promise<void> {
  const lab = kept.nightshiftTestLab;
  try {
    if (lab) {
      await lab.down();
      await rm(lab.stateDirectory, { recursive: true, force: true });
    }
  } finally {
    await stopTestServers();
  }
}
