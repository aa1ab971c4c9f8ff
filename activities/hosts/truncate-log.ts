import { implementChange, StepFailure } from '../kit/index.ts';
import { hosts } from './contract.ts';
import { askForDiskUsage } from './disk-usage.ts';
import { freedOf } from './disk/freed.ts';
import { lookAtLog } from './disk/look-at-log.ts';
import { carryOutOnHost, recordedOf, refusal } from './program/operation.ts';
import type { Ssh } from './ssh/ssh.ts';

export const truncateLogStep = (ssh: Ssh) =>
  implementChange(hosts.truncateLog, {
    async plan({ host, path, inode, leastBytes }, context) {
      const usage = await askForDiskUsage(ssh, host, context);
      const log = usage.consumers.find((c) => c.path === path);
      if (log?.inode !== inode || log.bytes < leastBytes) {
        throw new StepFailure('conflict', `${path} on ${host} is not the log that was looked at any more`, {
          next: 'It was rotated or removed: look again at what fills the disk.',
          facts: { host, inode: log?.inode ?? null, bytes: log?.bytes ?? null },
        });
      }
      return {
        // Its size moves from one moment to the next: what is shown is what the change insists on.
        diff: [{ path, before: `${leastBytes} bytes or more`, after: '0 bytes' }],
        preconditions: { hostKey: usage.hostKey },
        preimage: {},
        dryRun: 'none',
        warnings: [
          'lines that no log collector has taken yet are lost',
          `${log.pod?.namespace}/${log.pod?.name} is not restarted, and goes on writing: why it writes so much stays to be mended`,
        ],
      };
    },

    async apply({ host, path, inode, leastBytes }, { hostKey }, context) {
      const words = [path, String(inode), String(leastBytes)];
      const recorded = await carryOutOnHost(
        ssh,
        { host, hostKey, bootId: null, verb: 'truncate-log', words },
        context,
      );
      if (recorded.state !== 'applied') throw refusal({ host, unit: path, recorded });
      return { outcome: 'applied', output: freedOf(recorded) };
    },

    async probe({ host, path, inode, leastBytes }, _pre, context) {
      const recorded = await recordedOf(ssh, host, context);
      if (recorded.state === 'applied') return { state: 'applied', output: freedOf(recorded) };
      const usage = await askForDiskUsage(ssh, host, context);
      const log = lookAtLog(usage, { path, inode, leastBytes });
      if (log === 'unknown') {
        return { state: 'unknown', reason: `${host} has not said how large ${path} is` };
      }
      // By hand, or rotated away: what was wanted is there.
      if (log === 'small-or-gone') {
        return { state: 'applied', output: { hostTime: usage.hostTime, freedBytes: null } };
      }
      if (recorded.state !== 'begun-no-result') return { state: 'not-applied' };
      return { state: 'unknown', reason: `${host} has begun this operation and has no result of it` };
    },
  });
