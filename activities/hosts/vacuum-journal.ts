import { implementChange, StepFailure } from '../kit/index.ts';
import { hosts } from './contract.ts';
import type { DiskUsage } from './contract/disk.ts';
import { askForDiskUsage } from './disk-usage.ts';
import { freedOf } from './disk/freed.ts';
import { carryOutOnHost, recordedOf, refusal } from './program/operation.ts';
import type { Ssh } from './ssh/ssh.ts';

export const vacuumJournalStep = (ssh: Ssh) =>
  implementChange(hosts.vacuumJournal, {
    async plan({ host, keepBytes, leastBytes }, context) {
      const usage = await askForDiskUsage(ssh, host, context);
      const bytes = journalBytes(usage);
      if (bytes < leastBytes) {
        throw new StepFailure(
          'conflict',
          `The journal of ${host} takes ${bytes} bytes, less than was looked at`,
          {
            next: 'Look again at what fills the disk.',
            facts: { host, bytes },
          },
        );
      }
      return {
        diff: [{ path: 'journal', before: `${leastBytes} bytes or more`, after: `about ${keepBytes} bytes` }],
        preconditions: { hostKey: usage.hostKey },
        preimage: {},
        dryRun: 'none',
        warnings: ['the oldest entries are lost, among them perhaps those that tell how this began'],
      };
    },

    async apply({ host, keepBytes, leastBytes }, { hostKey }, context) {
      const words = [String(keepBytes), String(leastBytes)];
      const recorded = await carryOutOnHost(
        ssh,
        { host, hostKey, bootId: null, verb: 'vacuum-journal', words },
        context,
      );
      if (recorded.state !== 'applied') throw refusal({ host, unit: 'the journal', recorded });
      return { outcome: 'applied', output: freedOf(recorded) };
    },

    async probe({ host, leastBytes }, _pre, context) {
      const recorded = await recordedOf(ssh, host, context);
      if (recorded.state === 'applied') return { state: 'applied', output: freedOf(recorded) };
      const usage = await askForDiskUsage(ssh, host, context);
      if (!usage.notMeasured.includes('journal') && journalBytes(usage) < leastBytes) {
        return { state: 'applied', output: { hostTime: usage.hostTime, freedBytes: null } };
      }
      if (recorded.state !== 'begun-no-result') return { state: 'not-applied' };
      return { state: 'unknown', reason: `${host} has begun this operation and has no result of it` };
    },
  });

const journalBytes = ({ consumers }: DiskUsage) =>
  consumers.filter((c) => c.kind === 'journal').reduce((sum, c) => sum + c.bytes, 0);
