import type { z } from 'zod';
import { implementChange, type ApplyContext } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { OF_CONTAINER, rightsOf } from './debug-profile.ts';
import { endedAs } from './ended.ts';
import { createDebugRunner, type DebugEnd, type DebugTask } from './run-debug.ts';
import { MOST_READ } from './whole-output.ts';

type Input = z.output<(typeof kubernetes.debugContainer)['contract']['input']>;

export const debugContainer = (client: KubernetesClient) => {
  const runner = createDebugRunner(client);
  return implementChange(kubernetes.debugContainer, {
    plan: (input, context) => runner.plan(taskOf(input), context),

    async apply(input, expected, context) {
      const end = await runner.run(taskOf(input), expected, context);
      return { outcome: 'applied', output: await outcome(input, end, context) };
    },

    probe: (input, expected, context) =>
      runner.probe(taskOf(input), { expected, outcome: (end) => outcome(input, end, context) }, context),
  });
};

const taskOf = ({ pod, target, argv, timeoutSeconds, profile }: Input): DebugTask => ({
  ...{ pod, target, argv, timeoutSeconds },
  securityContext: OF_CONTAINER[profile],
  shown: { runs: argv, profile },
  warnings: [rightsOf[profile], 'What a free command does cannot be foreseen, shown or undone'],
  logBytes: MOST_READ,
});

async function outcome(input: Input, { ended, container }: DebugEnd, { keep }: ApplyContext) {
  const told = { where: `a debug container of ${input.pod.name}`, name: `${container}.txt`, keep };
  return { ...(await endedAs(ended, input, told)), container };
}
