import { implementChange, StepFailure } from '../../kit/index.ts';
import { execInContainer, type ExecResult } from '../client/exec.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { containerOf } from '../pods/container-of.ts';
import { livePod } from '../pods/live-pod.ts';
import { connectCommand } from './connect-command.ts';
import { readable, verdictOf } from './exec-verdict.ts';

export const execInPod = ({ api, probe: settings }: KubernetesClient) => {
  return implementChange(kubernetes.execInPod, {
    async plan(input, context) {
      const pod = await livePod(api, input.pod, context);
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
      await livePod(api, { ...input.pod, uid: expected.uid }, context);
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
