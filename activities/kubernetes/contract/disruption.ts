import { z } from 'zod';
import { read, Taken } from '../../kit/index.ts';
import { Selector } from './identity.ts';

/**
 * Labels by which clouds and their tools name the pool, or group, of a node; the first that a node has counts. `agentpool`
 * is Azure's older one.
 */
export const NODE_POOL_LABELS = [
  'cloud.google.com/gke-nodepool',
  'eks.amazonaws.com/nodegroup',
  'alpha.eksctl.io/nodegroup-name',
  'karpenter.sh/nodepool',
  'kubernetes.azure.com/agentpool',
  'agentpool',
  'doks.digitalocean.com/node-pool',
  'k8s.scaleway.com/pool-name',
  'lke.linode.com/pool-id',
  'kops.k8s.io/instancegroup',
];

const Over = z.object({
  budget: z.string(),
  per: z.enum(['cluster', 'zone', 'node-pool', 'service', 'workload']),
  /** Which nodes; all when absent. */
  nodes: Selector.optional(),
  /** Labels that name a node's pool. */
  labels: z.array(z.string()).default(NODE_POOL_LABELS),
  /** Which services or workloads, as `namespace/name` or `namespace/*`; all when absent. */
  of: z.array(z.string()).optional(),
});
export type Over = z.output<typeof Over>;

export const Disrupted = z.object({
  budget: z.string(),
  /** `zone eu-1b`, `service payments/checkout`. */
  name: z.string(),
  things: z.enum(['nodes', 'pods']),
  /** How many of them there should be. */
  wanted: z.number().int(),
  /** How many that serve now the change takes, or may take at once. */
  takes: z.number().int(),
  /** How many are away without it. */
  away: z.number().int(),
  /** Which those are, as far as they have names, and why. */
  who: z.array(
    z.object({
      what: z.string(),
      why: z.string(),
      /** The operation of nightshift whose cordon it is. */
      operation: z.string().nullable(),
    }),
  ),
  /** PodDisruptionBudgets over what it takes that let none go now. */
  noRoom: z.array(z.string()),
});
export type Disrupted = z.output<typeof Disrupted>;

export const disruption = {
  disruptions: read({
    description:
      'What is away now, by whom, of the nodes and pods that a change would take from: by cluster, zone, node pool, service or workload.',
    as: 'kubectl get nodes,pods,services,deployments,poddisruptionbudgets',
    rights: [
      { in: 'cluster', may: { nodes: ['list'] } },
      {
        in: 'found',
        may: {
          pods: ['list'],
          services: ['list'],
          'poddisruptionbudgets.policy': ['list'],
          'deployments.apps': ['list'],
          'replicasets.apps': ['list'],
          'statefulsets.apps': ['list'],
          'daemonsets.apps': ['list'],
        },
      },
    ],
    timeout: '20s',
    input: z.object({
      taking: Taken,
      /** What earlier changes of the same plan take. */
      before: z.array(Taken).default([]),
      over: z.array(Over),
    }),
    output: z.object({
      /** Those that the change takes from. */
      disrupted: z.array(Disrupted),
    }),
    summary: () => 'what is away already',
  }),
};
