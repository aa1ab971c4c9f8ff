import { implementChange } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import type { DebugProfile } from '../contract/debugging.ts';
import type { Ended } from '../probing/container-state.ts';
import { createProbeRunner, type ProbeTask } from '../probing/run-probe.ts';
import { rightsOf } from './debug-profile.ts';
import { bounded, endedAs } from './ended.ts';
import { nodeDebugPod } from './node-debug-pod.ts';

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
    logBytes: input.limitBytes,
    warnings: [
      `${rightsOf[input.profile]}; it sees all processes of ${input.node}`,
      'What a free command does cannot be foreseen, shown or undone',
    ],
  });
  return implementChange(kubernetes.nodeDebug, {
    plan: (input, context) => pods.plan(task(input), context),

    async apply(input, expected, context) {
      return { outcome: 'applied', output: outputOf(input, await pods.run(task(input), expected, context)) };
    },

    /** A pod whose end nobody has seen is still there. */
    async probe(input, _expected, context) {
      const seen = await pods.resume(task(input), context);
      if (seen) return { state: 'applied', output: outputOf(input, seen) };
      return { state: 'unknown', reason: 'there is no pod that would say whether the command ran' };
    },
  });
};

const outputOf = (input: Asked, { ended, pod }: { readonly ended: Ended; readonly pod: string }) => ({
  ...endedAs(ended, input, `a debug pod on ${input.node}`),
  node: input.node,
  pod,
});
