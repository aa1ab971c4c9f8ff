import { implementChange, plainText, StepFailure } from '../kit/index.ts';
import { hosts } from './contract.ts';
import { fieldsOf } from './program/answer.ts';
import { ask } from './program/ask.ts';
import { base64Word } from './program/base64-word.ts';
import { carryOutOnHost, recordedOf, refusal, type Recorded } from './program/operation.ts';
import type { Ssh } from './ssh/ssh.ts';
import { quantity } from './systemd/show.ts';

export const runStep = (ssh: Ssh) =>
  implementChange(hosts.run, {
    async plan({ host, command, withinSeconds }, context) {
      const words = ['may-run', ...command.map(base64Word)];
      const answer = await ask(ssh, { host, words, withinSeconds: 5 }, context);
      const { allowed, there } = fieldsOf(answer.lines);
      const [program] = command;
      if (allowed !== 'yes') {
        throw new StepFailure('refused', `${host} does not let nightshift run this command of ${program}`, {
          next: `Root can allow it there: a line "run ${program} WORD ..." in /etc/nightshift/host.allow.`,
          facts: { host, program },
        });
      }
      if (there !== 'yes') {
        throw new StepFailure('invalid', `${host} has no program ${program}`, { facts: { host, program } });
      }
      return {
        diff: [
          {
            path: `command on ${host}`,
            before: null,
            after: command.map((word) => JSON.stringify(word)).join(' '),
          },
        ],
        preconditions: { hostKey: answer.hostKey, bootId: answer.bootId },
        preimage: {},
        dryRun: 'none',
        warnings: [
          'what a command does is not known beforehand, and nothing undoes it',
          `${host} ends it after ${withinSeconds} s`,
        ],
      };
    },

    async apply({ host, command, withinSeconds }, { hostKey, bootId }, context) {
      const words = [String(withinSeconds), ...command.map(base64Word)];
      const recorded = await carryOutOnHost(ssh, { host, hostKey, bootId, verb: 'run', words }, context);
      if (recorded.state !== 'applied') throw refusal({ host, unit: command[0], recorded });
      return { outcome: 'applied', output: outputOf(recorded) };
    },

    async probe({ host, command }, _pre, context) {
      const recorded = await recordedOf(ssh, host, context);
      if (recorded.state === 'applied') return { state: 'applied', output: outputOf(recorded) };
      if (recorded.state !== 'begun-no-result') return { state: 'not-applied' };
      return {
        state: 'unknown',
        reason: `${host} has begun to run ${command[0]} and has no result of it: it still runs, or ${host} went down meanwhile`,
      };
    },
  });

function outputOf({ facts, answer }: Extract<Recorded, { state: 'applied' }>) {
  const exitCode = quantity(facts.exit) ?? 255;
  const text = (name: 'out' | 'err') => Buffer.from(facts[name] ?? '', 'base64');
  const [out, err] = [text('out'), text('err')];
  return {
    hostTime: answer.hostTime.toISOString(),
    exitCode,
    // timeout(1): 124, or 137 when it had to kill.
    timedOut: exitCode === 124 || exitCode === 137,
    stdout: plainText(out.toString('utf8')),
    stderr: plainText(err.toString('utf8')),
    truncated:
      (quantity(facts['out-bytes']) ?? 0) > out.length || (quantity(facts['err-bytes']) ?? 0) > err.length,
  };
}
