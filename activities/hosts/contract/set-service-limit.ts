import { z } from 'zod';
import { change } from '../../kit/index.ts';
import { Bytes, HostName, UnitName } from './names.ts';

/** systemd's notation, base 1024. */
export const MemoryMax = z
  .string()
  .regex(/^(infinity|[1-9][0-9]{0,11}[KMGT]?)$/, 'is not a memory limit; write it like 64M, 1G or infinity');

/** The drop-in that this step owns; `null` where there is none. */
const DropIn = z.object({ memoryMax: z.string() }).nullable();

export const setServiceLimit = change({
  description:
    "Sets a service's MemoryMax by a drop-in file of its own and checks that it is in force. It holds at once and restarts nothing; a service in a crash loop takes it at its next start.",
  as: 'systemctl edit UNIT; systemctl daemon-reload',
  risk: 'disruptive',
  input: z.object({
    host: HostName,
    unit: UnitName,
    /** `null` takes nightshift's own drop-in away, so that what the unit said before holds again. */
    memoryMax: MemoryMax.nullable(),
  }),
  output: z.object({
    hostTime: z.string(),
    /** What systemd has in force now; `null` is no limit. */
    memoryMaxBytes: Bytes,
    /** False as a rule: systemd gives the new limit to the process that runs. */
    restartNeeded: z.boolean(),
  }),
  preconditions: z.object({
    hostKey: z.string(),
    /** `null` in an undo: a reboot in between does not matter to a file. */
    bootId: z.string().nullable(),
    /** The limit in force. */
    memoryMaxBytes: Bytes,
    dropIn: DropIn,
  }),
  preimage: z.object({ hostKey: z.string(), memoryMaxBytes: Bytes, dropIn: DropIn }),
  target: ({ host }) => `host/${host}`,
  summary: ({ host, unit, memoryMax }) =>
    memoryMax === null
      ? `Take nightshift's memory limit of ${unit} on ${host} away`
      : `Set the memory limit of ${unit} on ${host} to ${memoryMax}`,
});
