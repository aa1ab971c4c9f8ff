/**
 * Kernel OOM kills of a unit, from the kernel's log lines and the exits that systemd logged. The kernel's log is shared
 * by everything on a machine, so a line counts only where the unit's own exit confirms it on this host.
 */
import type { OomKill } from '../contract/journal.ts';
import { journalEntries, type JournalEntry } from './journal-lines.ts';

const KILL_SIGNAL = '9';
/** systemd notices the death of its process within this time of the kernel's line. */
const CONFIRMED_WITHIN_MS = 10_000;
/** Two clocks stamp the two lines: journald receives the kernel's line a little later or earlier. */
const BEFORE_MS = 2_000;

export function oomKillsOf(unit: string, lines: readonly string[]): OomKill[] {
  const entries = journalEntries(lines);
  const kills = entries.flatMap((entry) => oomKill(entry, unit));
  const confirmed = new Set(
    entries
      .filter(({ fields }) => fields.UNIT === unit && endedByKernel(fields))
      .map((exit) => nearest(kills, exit.at.getTime())),
  );
  return kills
    .filter((kill) => confirmed.has(kill))
    .map((kill) => ({ ...kill, anonRssBytes: anonRssOf(kill.pid, entries) }));
}

/** The kill that an exit confirms: of those that fit in time, the nearest. */
function nearest(kills: readonly OomKill[], exit: number): OomKill | undefined {
  const distance = (kill: OomKill) => Math.abs(exit - Date.parse(kill.at));
  return kills
    .filter(({ at }) => exit >= Date.parse(at) - BEFORE_MS && exit <= Date.parse(at) + CONFIRMED_WITHIN_MS)
    .sort((a, b) => distance(a) - distance(b))[0];
}

const endedByKernel = (fields: JournalEntry['fields']): boolean =>
  fields.EXIT_CODE === undefined ||
  (fields.EXIT_CODE === 'killed' && /^(9|KILL)$/.test(fields.EXIT_STATUS ?? KILL_SIGNAL));

/** `oom-kill:constraint=CONSTRAINT_MEMCG,...,task_memcg=/system.slice/kube-proxy.service,task=kube-proxy,pid=4711,uid=0` */
function oomKill({ at, message, fields }: JournalEntry, unit: string): OomKill[] {
  if (fields.UNIT !== undefined) return [];
  const found = /^oom-kill:.*\btask_memcg=([^,]*),task=(.*),pid=(\d+),uid=\d+$/.exec(message);
  if (!found || !found[1]!.split('/').includes(unit)) return [];
  const [, , process, pid] = found;
  return [
    { at: at.toISOString(), process: process!.slice(0, 64), pid: Number(pid), unit, anonRssBytes: null },
  ];
}

/** `Memory cgroup out of memory: Killed process 4711 (kube-proxy) total-vm:1310720kB, anon-rss:18432kB, ...` */
function anonRssOf(pid: number, entries: readonly JournalEntry[]): number | null {
  for (const { message } of entries) {
    const found = /Killed process (\d+) .*\banon-rss:(\d+)kB/.exec(message);
    if (found && Number(found[1]) === pid) return Number(found[2]) * 1024;
  }
  return null;
}
