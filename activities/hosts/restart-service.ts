import { implementChange, StepFailure } from '../kit/index.ts';
import { hosts } from './contract.ts';
import { carryOutOnHost, recordedOf, refusal, type Recorded } from './program/operation.ts';
import { askForStatus, serviceStatusOf } from './service-status.ts';
import type { Ssh } from './ssh/ssh.ts';
import { quantity, timestamp } from './systemd/show.ts';

export const restartServiceStep = (ssh: Ssh) =>
  implementChange(hosts.restartService, {
    async plan({ host, unit }, context) {
      const status = serviceStatusOf(unit, await askForStatus(ssh, { host, unit }, context));
      const { hostKey, bootId, invocationId, crashLooping, restarts } = status;
      if (status.loadState !== 'loaded') {
        throw new StepFailure('invalid', `${host} has no service ${unit} (${status.loadState})`, {
          next: 'Correct the name; with its suffix, e.g. kube-proxy.service.',
          facts: { host, unit },
        });
      }
      const loops = crashLooping && (restarts > 0 || status.activeState === 'activating');
      if (!loops && !invocationId) {
        throw new StepFailure('conflict', `${unit} on ${host} has not run since the host booted`, {
          next: 'There is nothing to restart; start it by hand if it should run.',
          facts: { host, unit, activeState: status.activeState },
        });
      }
      return {
        diff: [{ path: `${unit} process`, before: runningNow(status), after: 'a new process' }],
        preconditions: {
          hostKey,
          bootId,
          running: loops
            ? { kind: 'crash-loop', restartsAtLeast: Math.max(restarts, 1) }
            : { kind: 'invocation', id: invocationId! },
        },
        preimage: {},
        dryRun: 'none',
        warnings: [
          ...(loops ? [`${unit} restarts by itself again and again (${restarts} times so far)`] : []),
          ...(status.activeState === 'active'
            ? []
            : [`${unit} is ${status.activeState} (${status.subState}, ${status.result})`]),
        ],
      };
    },

    async apply({ host, unit }, { hostKey, bootId, running }, context) {
      const which = running.kind === 'invocation' ? running.id : String(running.restartsAtLeast);
      const recorded = await carryOutOnHost(
        ssh,
        { host, hostKey, bootId, verb: 'restart', words: [unit, running.kind, which] },
        context,
      );
      if (recorded.state !== 'applied') throw refusal({ host, unit, recorded });
      return { outcome: 'applied', output: outputOf(recorded) };
    },

    async probe({ host, unit }, { bootId, running }, context) {
      const recorded = await recordedOf(ssh, host, context);
      if (recorded.state === 'applied') return { state: 'applied', output: outputOf(recorded) };
      const now = serviceStatusOf(unit, await askForStatus(ssh, { host, unit }, context));
      // systemd counts its own restarts and forgets the count when a person restarts: 0 with another invocation is by hand.
      const another =
        running.kind === 'crash-loop' || now.invocationId !== running.id || now.bootId !== bootId;
      if (another && now.restarts === 0 && now.activeState === 'active' && now.mainStartedAt) {
        return {
          state: 'applied',
          output: {
            startedAt: now.mainStartedAt,
            invocationId: now.invocationId,
            mainPid: now.mainPid,
            activeState: now.activeState,
          },
        };
      }
      if (recorded.state !== 'begun-no-result') return { state: 'not-applied' };
      return {
        state: 'unknown',
        reason: `${host} has begun this operation and has no result of it; ${unit} is ${now.activeState}, ${runningNow(now)}`,
      };
    },
  });

const runningNow = ({ mainPid, mainStartedAt, subState }: ReturnType<typeof serviceStatusOf>) =>
  mainPid === null
    ? `no process (${subState})`
    : `pid ${mainPid}, running since ${mainStartedAt ?? 'an unknown time'}`;

function outputOf({ facts, answer }: Extract<Recorded, { state: 'applied' }>) {
  return {
    startedAt: timestamp(facts['started-at']) ?? answer.hostTime.toISOString(),
    invocationId: facts.invocation || null,
    mainPid: quantity(facts['main-pid']) || null,
    activeState: facts['active-state'] ?? 'unknown',
  };
}
