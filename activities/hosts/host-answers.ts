import { implementRead, StepFailure } from '../kit/index.ts';
import { hosts } from './contract.ts';
import { clockAheadMs } from './program/answer.ts';
import { askForStatus } from './service-status.ts';
import type { Ssh } from './ssh/ssh.ts';

/** Asked only to have an answer at all; what systemd says of it does not matter. */
const ANY_UNIT = 'ssh.service';

export const hostAnswersStep = (ssh: Ssh) =>
  implementRead(hosts.hostAnswers, async ({ host }, context) => {
    try {
      const answer = await askForStatus(ssh, { host, unit: ANY_UNIT }, context);
      const ahead = clockAheadMs(answer);
      const reason = `${host} answers${Math.abs(ahead) > 1_000 ? `, and its clock is ${Math.round(ahead / 1_000)} s ahead` : ''}`;
      return { verdict: 'pass', reason, host, bootId: answer.bootId, clockAheadMs: ahead };
    } catch (error) {
      if (!(error instanceof StepFailure) || context.signal.aborted) throw error;
      const verdict = error.kind === 'retryable' ? 'fail' : 'unknown';
      return { verdict, reason: error.message, host, bootId: null, clockAheadMs: null };
    }
  });
