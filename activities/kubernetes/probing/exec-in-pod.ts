import { implementChange, StepFailure, type CallContext } from '../../kit/index.ts';
import { execInContainer, type ExecResult } from '../client/exec.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import type { PodRef } from '../contract/identity.ts';
import { containerOf } from '../pods/container-of.ts';
import { connectCommand } from './connect-command.ts';
import { readable, verdictOf } from './exec-verdict.ts';

export const execInPod = ({ api, probe: settings }: KubernetesClient) => {
  return implementChange(kubernetes.execInPod, {
    async plan(input, context) {
      const pod = await livePod(input.pod, context);
      const container = containerOf(pod, input.container);
      const argv = input.argv ?? connectCommand(settings.command, input.connect!);
      return {
        diff: [
          {
            path: `pod/${input.pod.namespace}/${input.pod.name}/${container}`,
            before: null,
            after: { runs: argv },
          },
        ],
        preconditions: { uid: pod.metadata?.uid ?? '', container },
        preimage: {},
        dryRun: 'none',
        ...(input.argv && { risk: 'disruptive' as const }),
        warnings: input.argv ? ['What a free command does cannot be foreseen, shown or undone'] : [],
      };
    },

    async apply(input, expected, context) {
      await livePod({ ...input.pod, uid: expected.uid }, context);
      const argv = input.argv ?? connectCommand(settings.command, input.connect!);
      try {
        const ran = await execInContainer(
          api,
          {
            namespace: input.pod.namespace,
            pod: input.pod.name,
            container: expected.container,
            argv,
            limitBytes: input.limitBytes,
            writes: input.argv !== undefined,
          },
          context,
        );
        return {
          outcome: 'applied',
          output: { ...outputOf(ran, expected.container), ...verdictOf(ran, input) },
        };
      } catch (error) {
        // A probe that cannot be started in that container says nothing about the network.
        if (!input.connect || !(error instanceof StepFailure) || error.kind !== 'invalid') throw error;
        const nothing = { container: expected.container, exitCode: null, stdout: '', stderr: '' };
        return { outcome: 'applied', output: { verdict: 'unknown', reason: error.message, ...nothing } };
      }
    },

    async probe(input) {
      if (input.connect) return { state: 'not-applied' };
      return { state: 'unknown', reason: 'a command in a container leaves no mark that says whether it ran' };
    },
  });

  /** The pod, when it is still the one that is meant and runs. */
  async function livePod({ namespace, name, uid }: PodRef, context: CallContext) {
    const pod = await api.find('pods', { namespace, name }, context);
    if (!pod || (uid !== undefined && pod.metadata?.uid !== uid)) {
      throw new StepFailure('conflict', `Pod ${namespace}/${name} ${pod ? 'was replaced' : 'is gone'}`, {
        next: 'List the pods again.',
      });
    }
    if (pod.status?.phase !== 'Running') {
      throw new StepFailure(
        'conflict',
        `Pod ${namespace}/${name} does not run: it is ${pod.status?.phase ?? 'unknown'}`,
      );
    }
    return pod;
  }
};

function outputOf({ exitCode, stdout, stderr, dropped }: ExecResult, container: string) {
  return {
    container,
    exitCode,
    stdout: readable(stdout),
    stderr: readable(stderr),
    ...(dropped > 0 && { truncated: `${dropped} bytes of output were dropped` }),
  };
}
