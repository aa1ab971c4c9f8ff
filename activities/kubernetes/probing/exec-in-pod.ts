import { implementChange, StepFailure, type CallContext, type Verdict } from '../../kit/index.ts';
import { execInContainer, type ExecResult } from '../client/exec.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import type { PodRef } from '../contract/identity.ts';
import { containerOf } from '../pods/container-of.ts';
import { connectCommand } from './connect-command.ts';

/** Exit codes with which a shell or runtime says that the program itself is missing. */
const NOT_STARTED = new Set([126, 127]);

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

type Asked = Parameters<typeof kubernetes.execInPod>[0];

/** What an exit code says. */
export function verdictOf(
  { exitCode, stderr }: ExecResult,
  { connect, argv }: Pick<Asked, 'connect' | 'argv'>,
): Verdict {
  const last = readable(stderr).trim().split('\n').at(-1);
  if (connect) {
    const to = `${connect.host}:${connect.port}`;
    if (exitCode === 0) return { verdict: 'pass', reason: `connected to ${to}` };
    if (NOT_STARTED.has(exitCode))
      return { verdict: 'unknown', reason: `the container has no program for the probe: ${last}` };
    return { verdict: 'fail', reason: `no connection to ${to}: ${last || `exit code ${exitCode}`}` };
  }
  if (exitCode === 0) return { verdict: 'pass', reason: `${argv?.[0]} ended with exit code 0` };
  return {
    verdict: 'fail',
    reason: `${argv?.[0]} ended with exit code ${exitCode}${last ? `: ${last}` : ''}`,
  };
}

/** Output without control characters other than line breaks and tabs. */
const readable = (text: string) => text.replace(/[^\P{Cc}\n\t]|\p{Bidi_Control}/gu, '');
