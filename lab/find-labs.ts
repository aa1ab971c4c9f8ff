import { readDetails, DETAILS_FILE } from './details.ts';
import { join } from 'node:path';
import { listLinks } from './machine/network.ts';
import { isAlive } from './machine/process-table.ts';

export interface FoundLab {
  readonly name: string;
  readonly stateDirectory: string;
  /** Whether the process that brought it up still runs; a lab may outlive it on purpose. */
  readonly ownerAlive: boolean;
}

const BRIDGE = /^nsl-([a-z][a-z0-9]{0,7})$/;

/** Every lab on this machine, half-way up or up, found by its bridge, which names its state directory. */
export async function findLabs(): Promise<FoundLab[]> {
  const labs: FoundLab[] = [];
  for (const { ifname, ifalias } of await listLinks()) {
    const name = BRIDGE.exec(ifname)?.[1];
    if (!name || !ifalias) continue;
    const details = await readDetails(join(ifalias, DETAILS_FILE));
    labs.push({ name, stateDirectory: ifalias, ownerAlive: details !== undefined && isAlive(details.owner) });
  }
  return labs;
}
