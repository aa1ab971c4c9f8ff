import { implementChange, type ApplyContext } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import type { DebugProfile } from '../contract/debugging.ts';
import type { Ended } from '../probing/container-state.ts';
import { createProbeRunner, type ProbeTask } from '../probing/run-probe.ts';
import { rightsOf } from './debug-profile.ts';
import { bounded, endedAs } from './ended.ts';
import { nodeDebugPod } from './node-debug-pod.ts';
import { MOST_READ } from './whole-output.ts';

interface Asked {
  readonly node: string;
  readonly argv: readonly string[];
  readonly profile: DebugProfile;
  readonly timeoutSeconds: number;
  readonly limitBytes: number;
}

export const nodeDebug = (client: KubernetesClient) => {
  const pods = createProbeRunner(client);
  const task = (input: Asked): ProbeTask => ({
    node: input.node,
    command: bounded(input),
    seconds: input.timeoutSeconds,
    shown: { image: client.probe.debugImage, profile: input.profile, runs: input.argv },
    pod: nodeDebugPod(input.profile),
    logBytes: MOST_READ,
    acts: true,
    warnings: [
      `${rightsOf[input.profile]}; it sees all processes of ${input.node}`,
      'What a free command does cannot be foreseen, shown or undone',
    ],
  });
  return implementChange(kubernetes.nodeDebug, {
    plan: (input, context) => pods.plan(task(input), context),

    async apply(input, expected, context) {
      return {
        outcome: 'applied',
        output: await outputOf(input, await pods.run(task(input), expected, context), context),
      };
    },

    /** A pod whose end nobody has seen is still there. */
    async probe(input, _expected, context) {
      const seen = await pods.resume(task(input), context);
      if (seen) return { state: 'applied', output: await outputOf(input, seen, context) };
      return { state: 'unknown', reason: 'there is no pod that would say whether the command ran' };
    },
  });
};

async function outputOf(
  input: Asked,
  { ended, pod }: { readonly ended: Ended; readonly pod: string },
  { keep }: ApplyContext,
) {
  const told = { where: `a debug pod on ${input.node}`, name: `${pod}.txt`, keep };
  return { ...(await endedAs(ended, input, told)), node: input.node, pod };
}
