import { readFile } from 'node:fs/promises';

/** A process, told apart from a later one that was given the same pid. */
export interface ProcessIdentity {
  pid: number;
  /** Field 22 of /proc/PID/stat (clock ticks since boot); undefined where there is no /proc. */
  startTime: string | undefined;
}

/** The identity of a running process, or undefined when there is none (a zombie counts as gone). */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  if (!answersSignals(pid)) return undefined;
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The command name, field 2, may itself contain spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : { pid, startTime: fields[19] };
  } catch {
    return answersSignals(pid) ? { pid, startTime: undefined } : undefined;
  }
}

/** Whether that very process still runs. */
export async function isAlive(process: ProcessIdentity): Promise<boolean> {
  const now = await identify(process.pid);
  if (!now) return false;
  return !now.startTime || !process.startTime || now.startTime === process.startTime;
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
