import { implementChange } from '../../kit/index.ts';
import { printable } from '../client/failure.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import type { Connect } from '../contract/probing.ts';
import { connectCommand } from './connect-command.ts';
import type { Ended } from './container-state.ts';
import { createProbeRunner, type ProbeTask } from './run-probe.ts';

interface Asked {
  readonly node: string;
  readonly connect: Connect;
}

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
      return { outcome: 'applied' as const, output: { ...judge(ended, input), node: input.node, pod } };
    },

    // As long as its result was not handed over it was not done: a second try takes up the pod of the first by its
    // name, or tries the connection once more, which harms nobody.
    probe: async () => ({ state: 'not-applied' }),
  });
};

function judge(ended: Ended, { node, connect: { host, port } }: Asked) {
  const to = `${host}:${port}`;
  if (ended.state !== 'ended') {
    return {
      verdict: 'unknown' as const,
      reason: `the probe could not run on ${node}: ${printable(ended.why, 300)}`,
      exitCode: null,
      output: '',
    };
  }
  const { exitCode } = ended;
  const output = printable(ended.output, 1_000);
  if (exitCode === 0)
    return { verdict: 'pass' as const, reason: `${node} connects to ${to}`, exitCode, output };
  const reason = `${node} does not connect to ${to}: ${output || `exit code ${exitCode}`}`;
  return { verdict: 'fail' as const, reason, exitCode, output };
}
