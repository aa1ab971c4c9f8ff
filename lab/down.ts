import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stage, type OnProgress } from './events.ts';
import { DETAILS_FILE } from './details.ts';
import { labName } from './layout.ts';
import { forgetParts } from './machine/background.ts';
import { processesIn, removeCgroup } from './machine/cgroups.ts';
import { unmountBelow } from './machine/mounts.ts';
import { removeNetwork } from './machine/network.ts';
import { until } from './machine/until.ts';
import { leftBehind, type Leftover } from './left-behind.ts';

/** Something of a lab could not be removed. */
export class LabNotRemoved extends Error {
  override readonly name = 'LabNotRemoved';
  readonly leftovers: readonly Leftover[];

  constructor(name: string, leftovers: readonly Leftover[]) {
    const list = leftovers.map(({ kind, what }) => `  ${kind}: ${what}`).join('\n');
    super(`lab "${name}" is down, but this is left and could not be removed:\n${list}`);
    this.leftovers = leftovers;
  }
}

/**
 * Takes a lab down, whatever state it is in. Works from names alone: every process is in the lab's cgroup,
 * every mount below its state directory, every link and namespace under its prefix. So it can be repeated,
 * and does not need a state file that a crash may have left half-written.
 */
export async function takeDown(lab: {
  name: string;
  stateDirectory: string;
  onProgress: OnProgress;
}): Promise<void> {
  labName(lab.name);
  const prefix = `nsl-${lab.name}`;
  await stage(lab.onProgress, 'processes', 'Processes', () => endProcesses(prefix));
  await stage(lab.onProgress, 'mounts', 'Mounts', () => unmountBelow(lab.stateDirectory));
  await stage(lab.onProgress, 'network', 'Network', () => removeNetwork(prefix));
  await stage(lab.onProgress, 'state', 'Control groups and state', async () => {
    await until('the control groups are empty', () => cgroupsGone(prefix), { within: 180_000 }).catch(
      () => undefined,
    );
    forgetParts(lab.stateDirectory);
    const gone = [
      'nodes',
      'etcd',
      'pki',
      'ssh',
      'kubeconfig',
      'audit',
      'prometheus',
      'alertmanager',
      'loki',
      'images.tar',
      'logs',
      DETAILS_FILE,
    ];
    for (const name of gone) await rm(join(lab.stateDirectory, name), { recursive: true, force: true });
  });
  const leftovers = await leftBehind(lab);
  if (leftovers.length > 0) throw new LabNotRemoved(lab.name, leftovers);
}

/** SIGKILL for all at once: with open watches the API server would take a minute to leave, and nothing here is kept. */
async function endProcesses(prefix: string): Promise<void> {
  const kill = (): boolean => {
    const pids = processesIn(prefix);
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended between the list and the signal.
      }
    }
    return pids.length === 0;
  };
  await until(`every process in the control group ${prefix} has ended`, kill, { within: 180_000 });
}

function cgroupsGone(prefix: string): boolean {
  removeCgroup(prefix);
  return processesIn(prefix).length === 0;
}
