import { implementRead, StepFailure, type CallContext } from '../kit/index.ts';
import { hosts } from './contract.ts';
import type { ServiceStatus } from './contract/service-status.ts';
import { clockAheadMs, fieldsOf, quotable, type Answer } from './program/answer.ts';
import { ask } from './program/ask.ts';
import type { Ssh } from './ssh/ssh.ts';
import { assertHasSystemd } from './systemd/no-systemd.ts';
import { oomKillsOf } from './systemd/oom-kills.ts';
import { endedHow, isCrashLooping, quantity, timestamp } from './systemd/show.ts';

export const serviceStatusStep = (ssh: Ssh) =>
  implementRead(hosts.serviceStatus, async ({ host, unit }, context) => {
    const [shown, ooms] = await Promise.all([
      askForStatus(ssh, { host, unit }, context),
      ask(ssh, { host, words: ['oom', unit, '60'], withinSeconds: 4 }, context),
    ]);
    const kills = oomKillsOf(unit, ooms.lines);
    return {
      ...serviceStatusOf(unit, shown),
      oomKillsLastHour: kills.length,
      lastOomKillAt: kills.at(-1)?.at ?? null,
    };
  });

interface Service {
  readonly host: string;
  readonly unit: string;
}

/** Asks for what systemd has of the unit; a unit that is not there is an answer, not a failure. */
export async function askForStatus(ssh: Ssh, { host, unit }: Service, context: CallContext): Promise<Answer> {
  const answer = await ask(ssh, { host, words: ['status', unit], withinSeconds: 4 }, context);
  if (answer.status === 0) return answer;
  assertHasSystemd(answer, 'systemctl');
  throw new StepFailure(
    'retryable',
    `systemctl on ${host} failed: ${quotable(answer.stderr) || `exit ${answer.status}`}`,
    {
      next: 'Does systemd answer there? An overloaded host takes longer than the limit.',
      facts: { host, unit },
    },
  );
}

type FromSystemd = Omit<ServiceStatus, 'oomKillsLastHour' | 'lastOomKillAt'>;

export function serviceStatusOf(unit: string, answer: Answer): FromSystemd {
  const f = fieldsOf(answer.lines);
  const how = endedHow(f.ExecMainCode);
  const running = {
    subState: f.SubState ?? 'unknown',
    result: f.Result ?? 'unknown',
    restarts: quantity(f.NRestarts) ?? 0,
    mainStartedAt: timestamp(f.ExecMainStartTimestamp),
  };
  return {
    ...running,
    host: answer.host,
    unit,
    hostKey: answer.hostKey,
    bootId: answer.bootId,
    hostTime: answer.hostTime.toISOString(),
    clockAheadMs: clockAheadMs(answer),
    loadState: f.LoadState ?? 'unknown',
    activeState: f.ActiveState ?? 'unknown',
    activeSince: f.ActiveState === 'active' ? timestamp(f.ActiveEnterTimestamp) : null,
    mainPid: quantity(f.MainPID) || null,
    invocationId: f.InvocationID || null,
    crashLooping: isCrashLooping(running, answer.hostTime),
    lastExit: how && { how, status: quantity(f.ExecMainStatus) ?? 0, at: timestamp(f.ExecMainExitTimestamp) },
    memory: {
      maxBytes: quantity(f.MemoryMax),
      currentBytes: quantity(f.MemoryCurrent),
      peakBytes: quantity(f['memory-peak']),
    },
    dropIns: (f.DropInPaths ?? '').split(' ').filter(Boolean),
  };
}

/** The limit in nightshift's own drop-in: a value, `absent`, or `foreign` when somebody else has edited the file. */
export function ownLimitOf(answer: Answer): string {
  const said = fieldsOf(answer.lines)['own-limit'] ?? 'absent';
  return /^(absent|infinity|\d{1,15}[KMGT]?)$/.test(said) ? said : 'foreign';
}
