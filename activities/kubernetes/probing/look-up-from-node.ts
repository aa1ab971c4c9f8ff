import { implementChange } from '../../kit/index.ts';
import { printable } from '../client/failure.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { readLookup } from './read-lookup.ts';
import { createProbeRunner, type ProbeTask } from './run-probe.ts';

interface Asked {
  readonly node: string;
  readonly name: string;
  readonly server: string;
  readonly timeoutSeconds: number;
}

export const lookUpFromNode = (client: KubernetesClient) => {
  const probes = createProbeRunner(client);
  return implementChange(kubernetes.lookUpFromNode, {
    plan: (input, context) => probes.plan(task(input), context),

    async apply(input, expected, context) {
      const { ended } = await probes.run(task(input), expected, context);
      if (ended.state === 'ended') {
        return { outcome: 'applied' as const, output: { node: input.node, ...readLookup(ended, input) } };
      }
      const reason = `the probe could not run on ${input.node}: ${printable(ended.why, 300)}`;
      const nothing = { answer: 'none' as const, addresses: [] };
      return {
        outcome: 'applied' as const,
        output: { node: input.node, verdict: 'unknown' as const, reason, ...nothing },
      };
    },

    // As with probeFromNode: a lookup that was not heard of is made again, which harms nobody.
    probe: async () => ({ state: 'not-applied' }),
  });
};

/**
 * A kubelet takes the log for the message of a container only when that fails: an answer is written there by the probe.
 * The words are arguments of a fixed line. `timeout` ends an nslookup whose own patience is longer; a last dot keeps
 * search lists away.
 */
const LINE = 'timeout "$1" nslookup -type=a "$2" "$3" >/dev/termination-log 2>&1';

const task = ({ node, name, server, timeoutSeconds }: Asked): ProbeTask => ({
  node,
  command: ['sh', '-c', LINE, 'lookup', String(timeoutSeconds), `${name.replace(/\.$/, '')}.`, server],
  seconds: timeoutSeconds,
  shown: { looksUp: name, at: server },
});
