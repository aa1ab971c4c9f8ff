import { implementChange, StepFailure } from '../kit/index.ts';
import { hosts } from './contract.ts';
import { fieldsOf } from './program/answer.ts';
import { carryOutOnHost, recordedOf, refusal, type Recorded } from './program/operation.ts';
import { askForStatus, ownLimitOf, serviceStatusOf } from './service-status.ts';
import type { Ssh } from './ssh/ssh.ts';
import { inBytes, inWords, quantity } from './systemd/show.ts';

const OWN_FILE = '90-nightshift.conf';

export const setServiceLimitStep = (ssh: Ssh) =>
  implementChange(hosts.setServiceLimit, {
    async plan({ host, unit, memoryMax }, context) {
      const answer = await askForStatus(ssh, { host, unit }, context);
      const status = serviceStatusOf(unit, answer);
      if (status.loadState !== 'loaded') {
        throw new StepFailure('invalid', `${host} has no service ${unit} (${status.loadState})`, {
          next: 'Correct the name; with its suffix, e.g. kube-proxy.service.',
          facts: { host, unit },
        });
      }
      const own = ownLimitOf(answer);
      if (own === 'foreign') {
        throw new StepFailure('conflict', `${OWN_FILE} of ${unit} on ${host} was edited by somebody else`, {
          next: `Move its lines to another drop-in file and remove /etc/systemd/system/${unit}.d/${OWN_FILE}.`,
          facts: { host, unit },
        });
      }
      const dropIn = own === 'absent' ? null : { memoryMax: own };
      const { hostKey, bootId, memory } = status;
      const before = memory.maxBytes;
      const unchanged = memoryMax === null ? dropIn === null : inBytes(memoryMax) === before;
      const after = memoryMax ?? 'what the unit says without it';
      const later = status.dropIns.filter((path) => fileName(path) > OWN_FILE);
      const needed = memory.peakBytes ?? memory.currentBytes;
      const limit = memoryMax === null ? null : inBytes(memoryMax);
      return {
        diff: unchanged
          ? []
          : [
              { path: `${unit} MemoryMax`, before: inWords(before), after },
              { path: `${unit}.d/${OWN_FILE}`, before: dropIn?.memoryMax ?? null, after: memoryMax },
            ],
        preconditions: { hostKey, bootId, memoryMaxBytes: before, dropIn },
        preimage: { hostKey, memoryMaxBytes: before, dropIn },
        dryRun: 'none',
        warnings: [
          ...(unchanged ? [`${unit} on ${host} already has this limit (${inWords(before)})`] : []),
          status.crashLooping
            ? `${unit} is in a crash loop; the new limit holds from its next start`
            : `the new limit holds at once, also for the process that runs; nothing is restarted`,
          ...(limit !== null && needed !== null && limit < needed
            ? [
                `${unit} has used ${inWords(needed)} at its peak; under ${memoryMax} the kernel may kill it at once`,
              ]
            : []),
          ...(later.length > 0 ? [`drop-ins that are read later may override it: ${later.join(', ')}`] : []),
        ],
      };
    },

    async apply({ host, unit, memoryMax }, pre, context) {
      const recorded = await carryOutOnHost(
        ssh,
        {
          host,
          hostKey: pre.hostKey,
          bootId: pre.bootId,
          verb: 'set-limit',
          words: [
            unit,
            pre.memoryMaxBytes === null ? 'infinity' : String(pre.memoryMaxBytes),
            pre.dropIn?.memoryMax ?? 'absent',
            memoryMax ?? 'absent',
          ],
        },
        context,
      );
      if (recorded.state !== 'applied') throw refusal({ host, unit, recorded });
      return { outcome: 'applied', output: outputOf(recorded) };
    },

    async probe({ host, unit, memoryMax }, _pre, context) {
      const recorded = await recordedOf(ssh, host, context);
      if (recorded.state === 'applied') return { state: 'applied', output: outputOf(recorded) };
      // Not by this operation; what counts is whether the limit is the wanted one, set by hand perhaps.
      const answer = await askForStatus(ssh, { host, unit }, context);
      const { memory } = serviceStatusOf(unit, answer);
      const own = ownLimitOf(answer);
      const there = memoryMax === null ? own === 'absent' : memory.maxBytes === inBytes(memoryMax);
      if (there) return { state: 'applied', output: outputOfStatus(answer, memory.maxBytes) };
      if (recorded.state !== 'begun-no-result') return { state: 'not-applied' };
      return {
        state: 'unknown',
        reason: `${host} has begun this operation and has no result of it; the limit in force is ${inWords(memory.maxBytes)}`,
      };
    },

    undo(preimage, { input }) {
      const { host, unit, memoryMax } = input;
      const back = preimage.dropIn?.memoryMax ?? null;
      return {
        change: hosts.setServiceLimit({ host, unit, memoryMax: back }),
        preconditions: {
          hostKey: preimage.hostKey,
          bootId: null,
          memoryMaxBytes: memoryMax === null ? preimage.memoryMaxBytes : inBytes(memoryMax),
          dropIn: memoryMax === null ? null : { memoryMax },
        },
        diff: [
          { path: `${unit} MemoryMax`, before: memoryMax, after: inWords(preimage.memoryMaxBytes) },
          { path: `${unit}.d/${OWN_FILE}`, before: memoryMax, after: back },
        ],
      };
    },
  });

const fileName = (path: string) => path.slice(path.lastIndexOf('/') + 1);

function outputOf({ facts, answer }: Extract<Recorded, { state: 'applied' }>) {
  const inForce = quantity(facts['memory-max']);
  return {
    hostTime: answer.hostTime.toISOString(),
    memoryMaxBytes: inForce,
    restartNeeded: facts['active-state'] === 'active' && quantity(facts['memory-limit']) !== inForce,
  };
}

function outputOfStatus(answer: Awaited<ReturnType<typeof askForStatus>>, inForce: number | null) {
  return {
    hostTime: answer.hostTime.toISOString(),
    memoryMaxBytes: inForce,
    restartNeeded: quantity(fieldsOf(answer.lines)['memory-limit']) !== inForce,
  };
}
