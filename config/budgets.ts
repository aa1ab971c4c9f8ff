import { z } from 'zod';
import { isShare, type Share } from '../activities/kit/index.ts';

/** How many nodes may be away at once, over all runs and whatever else took them away. */
export const DisruptionBudget = z.strictObject(
  {
    name: z.string({ error: 'write a name like "workers"' }).min(1, { error: 'write a name like "workers"' }),
    /** A label selector: of a zone, a node pool. All nodes of the cluster when absent. */
    nodes: z
      .string({ error: 'write a label selector like "topology.kubernetes.io/zone=eu-1a"' })
      .min(1, { error: 'write a label selector, or leave the field away for all nodes' })
      .optional(),
    maxAway: z.custom<Share>(isShare, {
      error: 'write how many nodes, like 1, or a share of them, like "25%"',
    }),
  },
  { error: 'write { name: "workers", nodes: "pool=workers", maxAway: 1 }' },
);
export type DisruptionBudget = z.output<typeof DisruptionBudget>;

export const DisruptionBudgets = z
  .array(DisruptionBudget, { error: 'write a list like [{ name: "workers", maxAway: "25%" }]' })
  .refine((budgets) => new Set(budgets.map((b) => b.name)).size === budgets.length, {
    error: 'two budgets have the same name; name one of them differently',
  });
