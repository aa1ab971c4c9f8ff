/** Two readings of the CPU time of every process, and `ps` in between (procps; columns as the helper asks for them). */
import type { Process } from '../contract/process-list.ts';
import { plainLine } from '../../kit/index.ts';
import { fieldsOf } from '../program/answer.ts';
import { withoutSecrets } from './without-secrets.ts';

const COMMAND_LENGTH = 300;

export function processLines(lines: readonly string[]): Process[] {
  const facts = fieldsOf(lines);
  const seconds = Number(facts['after-at']) - Number(facts['before-at']);
  const ticks = Number(facts['ticks-per-second']);
  const [before, after] = [timesOf(lines, 'before'), timesOf(lines, 'after')];
  const cpuOf = (pid: number): number | null => {
    const [then, now] = [before.get(pid), after.get(pid)];
    // Another process of the same number began in between.
    if (!then || !now || then.began !== now.began || !(seconds > 0) || !(ticks > 0)) return null;
    return Math.max(0, Math.round(((now.ticks - then.ticks) / ticks / seconds) * 100) / 100);
  };
  return lines.flatMap((line) => processOf(line, cpuOf) ?? []);
}

interface Times {
  /** In user and kernel mode. */
  readonly ticks: number;
  readonly began: string;
}

/** `before PID UTIME STIME STARTTIME` */
function timesOf(lines: readonly string[], word: 'before' | 'after'): Map<number, Times> {
  return new Map(
    lines.flatMap((line) => {
      const found = new RegExp(`^${word} (\\d+) (\\d+) (\\d+) (\\d+)$`).exec(line);
      return found
        ? [[Number(found[1]), { ticks: Number(found[2]) + Number(found[3]), began: found[4]! }] as const]
        : [];
    }),
  );
}

/** `process PID PPID USER STATE THREADS RSS-KIB AGE UNIT NAME COMMAND`; the name fills twenty columns and may hold spaces. */
const PROCESS = /^process (\d+) +(\d+) (\S+) +([A-Za-z])\S* +(\d+) +(\d+) +(\d+) (\S+) +(.{20}) (.*)$/;

function processOf(line: string, cpuOf: (pid: number) => number | null): Process | undefined {
  const found = PROCESS.exec(line);
  if (!found) return undefined;
  const [, pid, parent, user, state, threads, rss, age, unit, name, command] = found;
  return {
    pid: Number(pid),
    parent: Number(parent),
    user: user!,
    state: state!,
    threads: Number(threads),
    cpu: cpuOf(Number(pid)),
    memoryBytes: Number(rss) * 1024,
    ageSeconds: Number(age),
    unit: unit === '-' || unit === '?' ? null : unit!,
    name: plainLine(name!.trim()),
    command: plainLine(withoutSecrets(command!.trim()), COMMAND_LENGTH),
  };
}
