import { implementRead, type CallContext } from '../kit/index.ts';
import { hosts } from './contract.ts';
import type { DiskUsage } from './contract/disk.ts';
import { diskLines } from './disk/disk-lines.ts';
import { ask } from './program/ask.ts';
import type { Ssh } from './ssh/ssh.ts';

export const diskUsageStep = (ssh: Ssh) =>
  implementRead(hosts.diskUsage, ({ host }, context) => askForDiskUsage(ssh, host, context));

export async function askForDiskUsage(ssh: Ssh, host: string, context: CallContext): Promise<DiskUsage> {
  const answer = await ask(ssh, { host, words: ['disk'], withinSeconds: 25 }, context);
  return {
    host,
    hostKey: answer.hostKey,
    hostTime: answer.hostTime.toISOString(),
    ...diskLines(answer.lines),
  };
}
