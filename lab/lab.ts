import { join } from 'node:path';
import { withLock } from '../embedded/lock.ts';
import { directories } from '../embedded/paths.ts';
import { can } from './can.ts';
import { DETAILS_FILE, readDetails, type LabDetails } from './details.ts';
import { takeDown } from './down.ts';
import type { OnProgress } from './events.ts';
import { assertLabName } from './layout.ts';
import { leftBehind, type Leftover } from './left-behind.ts';
import { bringUp, type UpOptions } from './up.ts';

export interface LabOptions {
  /** 1 to 8 lower-case letters and digits; default `lab`. */
  readonly name?: string;
  /** Absolute; default `labs/NAME` in nightshift's state directory. */
  readonly stateDirectory?: string;
  readonly onProgress?: OnProgress;
}

export interface Lab {
  readonly name: string;
  readonly stateDirectory: string;
  /** The path of `lab.json`. */
  readonly detailsFile: string;
  /** Brings the lab up; a lab that is up already is returned as it is, what a crash left is taken down first. */
  up(options?: UpOptions): Promise<LabDetails>;
  /** Takes the lab down, or whatever a crash left of it. Does nothing when there is nothing. */
  down(): Promise<void>;
  /** The lab's details, or undefined when it is not up. */
  details(): Promise<LabDetails | undefined>;
  leftBehind(): Promise<Leftover[]>;
}

/** This machine cannot run a lab. */
export class LabImpossible extends Error {
  override readonly name = 'LabImpossible';
}

export function createLab(options: LabOptions = {}): Lab {
  const name = options.name ?? 'lab';
  assertLabName(name);
  const stateDirectory = options.stateDirectory ?? join(directories().state, 'labs', name);
  const onProgress = options.onProgress ?? (() => undefined);
  const detailsFile = join(stateDirectory, DETAILS_FILE);
  const lab = { name, stateDirectory, onProgress };
  const alone = <T>(work: () => Promise<T>): Promise<T> => withLock(`${stateDirectory}.lock`, work);

  return {
    name,
    stateDirectory,
    detailsFile,
    up: (upOptions = {}) =>
      alone(async () => {
        const capability = can();
        if (!capability.possible) {
          throw new LabImpossible(
            `the lab cannot run on this machine. Missing:\n  ${capability.missing.join('\n  ')}\n${capability.without}`,
          );
        }
        const present = await readDetails(detailsFile);
        if (present && present.phase !== 'starting') return present;
        if (present) await takeDown(lab);
        return bringUp(lab, upOptions);
      }),
    down: () => alone(() => takeDown(lab)),
    details: () => readDetails(detailsFile),
    leftBehind: () => leftBehind(lab),
  };
}
