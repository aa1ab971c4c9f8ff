import { z } from 'zod';
import { isShare, type Share } from '../activities/kit/index.ts';

const PER = ['cluster', 'zone', 'node-pool', 'service', 'workload'] as const;
const OF_PODS = new Set<string>(['service', 'workload']);
const LABEL = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const NAMESPACED = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?\/(\*|[a-z0-9]([-a-z0-9.]*[a-z0-9])?)$/;

/** How much may be away at once, over all runs and whatever else took it away. */
export const DisruptionBudget = z
  .strictObject(
    {
      name: z
        .string({ error: 'write a name like "workers"' })
        .min(1, { error: 'write a name like "workers"' }),
      /**
       * What it counts: nodes of the cluster, of each zone, of each node pool; or the pods behind each service, of each
       * workload.
       */
      per: z.enum(PER, { error: `write one of ${PER.map((p) => `"${p}"`).join(', ')}` }).default('cluster'),
      /** A label selector: only these nodes. All nodes of the cluster when absent. */
      nodes: z
        .string({ error: 'write a label selector like "topology.kubernetes.io/zone=eu-1a"' })
        .min(1, { error: 'write a label selector, or leave the field away for all nodes' })
        .optional(),
      /** The labels that name a node's pool; the first that a node has counts. Those of the clouds when absent. */
      labels: z
        .array(z.string().regex(LABEL, { error: 'write the name of a label, like "example.com/pool"' }), {
          error: 'write a list of labels, like ["example.com/pool"]',
        })
        .min(1, { error: 'write at least one label, or leave the field away for those of the clouds' })
        .optional(),
      /** Only these services or workloads. All when absent. */
      of: z
        .array(
          z
            .string({ error: 'write "namespace/name", or "namespace/*"' })
            .regex(NAMESPACED, { error: 'write "namespace/name", or "namespace/*"' }),
          { error: 'write a list like ["payments/checkout", "shop/*"]' },
        )
        .min(1, { error: 'write at least one, or leave the field away for all of them' })
        .optional(),
      maxAway: z.custom<Share>(isShare, {
        error: 'write how many may be away, like 1, or a share of them, like "25%"',
      }),
    },
    { error: 'write { name: "zones", per: "zone", maxAway: 1 }' },
  )
  .superRefine(({ per, nodes, labels, of }, context) => {
    const no = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message: `${message}; leave it away` });
    if (nodes !== undefined && OF_PODS.has(per)) no('nodes', `a budget per ${per} counts pods, not nodes`);
    if (labels !== undefined && per !== 'node-pool')
      no('labels', `labels name node pools, and this one counts per ${per}`);
    if (of !== undefined && !OF_PODS.has(per))
      no('of', `"of" names services or workloads, and this one counts per ${per}`);
  });
export type DisruptionBudget = z.output<typeof DisruptionBudget>;

export const DisruptionBudgets = z
  .array(DisruptionBudget, { error: 'write a list like [{ name: "zones", per: "zone", maxAway: 1 }]' })
  .refine((budgets) => new Set(budgets.map((b) => b.name)).size === budgets.length, {
    error: 'two budgets have the same name; name one of them differently',
  });
