import { implementChange } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { connectCommand } from './connect-command.ts';
import { connectVerdict, type Asked } from './connect-verdict.ts';
import { createProbeRunner, type ProbeTask } from './run-probe.ts';

export const probeFromNode = (client: KubernetesClient) => {
  const probes = createProbeRunner(client);
  const task = ({ node, connect }: Asked): ProbeTask => ({
    node,
    command: connectCommand(client.probe.command, connect),
    seconds: connect.timeoutSeconds,
    shown: { connects: `${connect.host}:${connect.port}` },
  });
  return implementChange(kubernetes.probeFromNode, {
    plan: (input, context) => probes.plan(task(input), context),

    async apply(input, expected, context) {
      const { ended, pod } = await probes.run(task(input), expected, context);
      return {
        outcome: 'applied' as const,
        output: { ...connectVerdict(ended, input), node: input.node, pod },
      };
    },

    // As long as its result was not handed over it was not done: a second try takes up the pod of the first by its
    // name, or tries the connection once more, which harms nobody.
    probe: async () => ({ state: 'not-applied' }),
  });
};
