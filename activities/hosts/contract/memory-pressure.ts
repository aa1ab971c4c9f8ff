import { z } from 'zod';
import { read } from '../../kit/index.ts';
import { Bytes, HostName, Time, UnitName } from './names.ts';

const Percent = z.number().min(0).max(100);
const Averages = z.object({ avg10: Percent, avg60: Percent, avg300: Percent });

/** Share of time, in percent, in which something (`some`) or everything (`full`) waited: the kernel's pressure stall information. */
const Stalls = z
  .object({ some: Averages, full: Averages.nullable() })
  .nullable()
  .describe('null where the kernel does not keep it');

export const MemoryPressure = z.object({
  host: z.string(),
  hostTime: Time,
  processors: z.number().int(),
  load: z.tuple([z.number(), z.number(), z.number()]).nullable(),
  totalBytes: Bytes,
  /** What new programs can have without swapping. */
  availableBytes: Bytes,
  swapTotalBytes: Bytes,
  swapFreeBytes: Bytes,
  /** Written and not on the disk yet. */
  dirtyBytes: Bytes,
  /** Of the kernel itself, which it cannot give back. */
  kernelBytes: Bytes,
  pressure: z.object({ cpu: Stalls, memory: Stalls, io: Stalls }),
  /** Processes that the kernel has killed for want of memory since it was booted, in any cgroup. */
  oomKillsSinceBoot: z.number().int().nullable(),
  /** Only when a unit was asked for; `null` of one that does not run. */
  unit: z
    .object({
      name: z.string(),
      currentBytes: Bytes,
      /** `null`: no limit. */
      maxBytes: Bytes,
      highBytes: Bytes,
      peakBytes: Bytes,
      swapBytes: Bytes,
      /** Kills in this cgroup since the unit was started; `null` where the kernel does not count them. */
      oomKills: z.number().int().nullable(),
      /** Pages of files that it keeps cached, and memory that is its own. */
      fileBytes: Bytes,
      anonymousBytes: Bytes,
      pressure: Stalls,
    })
    .nullable(),
});
export type MemoryPressure = z.output<typeof MemoryPressure>;

export const memoryPressure = read({
  description:
    'How short of memory, CPU and disk time a host is, and on request one service: sizes, and the share of time that is lost waiting.',
  as: 'cat /proc/meminfo /proc/pressure/*; cat /sys/fs/cgroup/system.slice/UNIT/memory.*',
  input: z.object({ host: HostName, unit: UnitName.optional() }),
  output: MemoryPressure,
  timeout: '15s',
  summary: ({ host, unit }) => `memory of ${unit ? `${unit} on ` : ''}${host}`,
});
