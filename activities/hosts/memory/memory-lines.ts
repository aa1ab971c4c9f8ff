/** The kernel's own files on memory, each line with a word before it: /proc/meminfo, /proc/pressure, /proc/vmstat, a cgroup's. */
import type { MemoryPressure } from '../contract/memory-pressure.ts';
import { loadAverage } from '../load-average.ts';
import { fieldsOf } from '../program/answer.ts';
import { quantity } from '../systemd/show.ts';

type Stalls = MemoryPressure['pressure']['memory'];

export function memoryLines(lines: readonly string[]): Omit<MemoryPressure, 'host' | 'hostTime' | 'unit'> {
  const size = (name: string) => kibibytes(lines, name);
  const slab = size('SUnreclaim');
  return {
    processors: quantity(fieldsOf(lines).processors) ?? 0,
    load: loadAverage(lines),
    totalBytes: size('MemTotal'),
    availableBytes: size('MemAvailable'),
    swapTotalBytes: size('SwapTotal'),
    swapFreeBytes: size('SwapFree'),
    dirtyBytes: size('Dirty'),
    kernelBytes: slab === null ? null : slab + (size('KernelStack') ?? 0) + (size('PageTables') ?? 0),
    pressure: {
      cpu: stalls(lines, 'pressure-cpu'),
      memory: stalls(lines, 'pressure-memory'),
      io: stalls(lines, 'pressure-io'),
    },
    oomKillsSinceBoot: counter(lines, 'vmstat oom_kill'),
  };
}

/** `null` of a unit that does not run: it has no cgroup. */
export function unitMemory(lines: readonly string[], name: string): MemoryPressure['unit'] {
  if (!fieldsOf(lines)['control-group']) return null;
  const size = (what: string) => quantity(after(lines, `group-${what} `));
  return {
    name,
    currentBytes: size('current'),
    maxBytes: size('max'),
    highBytes: size('high'),
    peakBytes: size('peak'),
    swapBytes: size('swap.current'),
    oomKills: counter(lines, 'group-events oom_kill'),
    // `cache` and `rss` in the first version of cgroups.
    fileBytes: counter(lines, 'group-stat file') ?? counter(lines, 'group-stat cache'),
    anonymousBytes: counter(lines, 'group-stat anon') ?? counter(lines, 'group-stat rss'),
    pressure: stalls(lines, 'group-pressure'),
  };
}

/** `meminfo MemTotal:       24684084 kB` in bytes. */
function kibibytes(lines: readonly string[], name: string): number | null {
  const value = quantity(after(lines, `meminfo ${name}:`)?.replace(/ kB$/, ''));
  return value === null ? null : value * 1024;
}

const counter = (lines: readonly string[], words: string) => quantity(after(lines, `${words} `));
const after = (lines: readonly string[], start: string) =>
  lines
    .find((line) => line.startsWith(start))
    ?.slice(start.length)
    .trim();

/** `pressure-memory some avg10=0.00 avg60=0.12 avg300=0.40 total=4332389`; of the CPU older kernels have no `full`. */
function stalls(lines: readonly string[], word: string): Stalls {
  const averages = (share: string) => {
    const found = /^avg10=([\d.]+) avg60=([\d.]+) avg300=([\d.]+) /.exec(
      after(lines, `${word} ${share} `) ?? '',
    );
    return found ? { avg10: Number(found[1]), avg60: Number(found[2]), avg300: Number(found[3]) } : null;
  };
  const some = averages('some');
  return some && { some, full: averages('full') };
}
