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

/** The same, asked of a person. */
export const askToCordon = defineRunbook({
  ...common,
  id: 'ask-to-cordon',
  title: 'Cordon nodes when somebody says yes',
  input: cordon.input,
  run: cordon.run,
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

/** Waits for a yes, then writes once. */
export const park = defineRunbook({
  ...common,
  id: 'park',
  title: 'Wait for a yes',
  input: z.object({ key: z.string() }),
  async run({ key }) {
    const plan = await propose('Write', [bench.write({ key })]);
    await carryOut(await approve(plan, { from: 'oncall', within: '30 days' }));
  },
});

/** One plan of so many writes, granted by policy. */
export const writeMany = defineRunbook({
  ...common,
  id: 'write-many',
  title: 'Write many times',
  input: z.object({ key: z.string(), writes: z.int().positive() }),
  async run({ key, writes }) {
    const changes = Array.from({ length: writes }, (_, n) => bench.write({ key: `${key}-${n}` }));
    await carryOut(await approve(await propose('Write', changes), { from: 'oncall', within: '1 hour' }));
  },
});

export default [cordon, askToCordon, look, park, writeMany];
