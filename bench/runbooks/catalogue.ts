import { z } from 'zod';
import { kubernetes } from '../../activities/kubernetes/contract.ts';
import { approve, carryOut, defineRunbook, onAlert, propose } from '../../workflows/index.ts';
import { bench } from './contract.ts';

const common = { owner: 'oncall', description: 'For the benchmark.' };

/** One plan that cordons these nodes, granted by policy. */
export const cordon = defineRunbook({
  ...common,
  id: 'cordon',
  title: 'Cordon nodes',
  input: z.object({ nodes: z.array(z.string()).min(1), incident: z.string() }),
  correlationKey: ({ incident }) => incident,
  triggers: [
    onAlert({ alertname: 'NodeSick' }, ({ labels }) => ({
      nodes: [labels['node'] ?? ''],
      incident: labels['incident'] ?? '',
    })),
  ],
  async run({ nodes }) {
    const plan = await propose(
      'Cordon what is sick',
      nodes.map((node) => kubernetes.cordonNode({ node })),
    );
    await carryOut(await approve(plan, { from: 'oncall', within: '10 minutes' }));
  },
});

/** So many reads, one after the other. */
export const look = defineRunbook({
  ...common,
  id: 'look',
  title: 'Look many times',
  input: z.object({ reads: z.int().positive() }),
  async run({ reads }) {
    for (let n = 1; n <= reads; n++) await bench.look({ n });
  },
});

export default [cordon, look];
