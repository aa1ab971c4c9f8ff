import { z } from 'zod';
import { change, read, Verdict, type Rights } from '../../kit/index.ts';
import { Name, Selector, Time, Truncated } from './identity.ts';
import { POLLS_WITHOUT } from './workload-rights.ts';

/** Annotations with which a cordon says whose it is. */
export const CORDONED_BY = 'nightshift.dev/cordoned-by';
export const CORDONED_WHY = 'nightshift.dev/cordoned-why';

/** CPU in thousandths of a core, memory in bytes, pods in number. */
const Amounts = z.object({ cpuMillis: z.number(), memoryBytes: z.number(), pods: z.number().int() });

export const NodeDescription = z.object({
  name: z.string(),
  uid: z.string(),
  created: Time,
  /** The Ready condition; `Unknown` when the node stopped reporting. */
  ready: z.enum(['True', 'False', 'Unknown']),
  conditions: z.array(
    z.object({
      type: z.string(),
      status: z.enum(['True', 'False', 'Unknown']),
      reason: z.string(),
      message: z.string(),
      since: Time.optional(),
    }),
  ),
  /** Names of the conditions that should be False and are not: `MemoryPressure`, `DiskPressure`, ... */
  pressure: z.array(z.string()),
  unschedulable: z.boolean(),
  /** The operation that cordoned it, or null: not cordoned, or not by nightshift. */
  cordonedBy: z.string().nullable(),
  cordonedWhy: z.string().nullable(),
  taints: z.array(
    z.object({ key: z.string(), value: z.string(), effect: z.string(), since: Time.optional() }),
  ),
  zone: z.string().nullable(),
  addresses: z.array(z.object({ type: z.string(), address: z.string() })),
  kubeletVersion: z.string(),
  kernelVersion: z.string(),
  containerRuntime: z.string(),
  bootID: z.string(),
  capacity: Amounts,
  allocatable: Amounts,
  /** Sums over the pods on it that have not ended. */
  requested: Amounts,
  limits: Amounts.omit({ pods: true }),
  pods: z.array(
    z.object({
      namespace: z.string(),
      name: z.string(),
      uid: z.string(),
      status: z.string(),
      ready: z.boolean(),
      restarts: z.number().int(),
    }),
  ),
  /** The kubelet's lease: how long ago it was last renewed, in seconds. Null when there is none. */
  lease: z.object({ renewed: Time, ageSeconds: z.number() }).nullable(),
  truncated: Truncated,
});
export type NodeDescription = z.output<typeof NodeDescription>;

const NodeState = z.object({
  node: z.string(),
  uid: z.string(),
  unschedulable: z.boolean(),
  cordonedBy: z.string().nullable(),
});

/** With which a kubelet says that it is alive. */
const LEASE: Rights = {
  in: { namespace: 'kube-node-lease' },
  may: { 'leases.coordination.k8s.io': ['get'] },
};

export const nodes = {
  listNodes: read({
    description: 'All nodes: ready since when, cordoned by whom, zone and version.',
    as: 'kubectl get nodes -o wide',
    rights: [{ in: 'cluster', may: { nodes: ['list'] } }],
    input: z.object({ selector: Selector.optional() }),
    output: z.object({
      /** By name. */
      nodes: z.array(
        z.object({
          name: z.string(),
          uid: z.string(),
          ready: z.enum(['True', 'False', 'Unknown']),
          /** Since when it is that. */
          since: Time.optional(),
          unschedulable: z.boolean(),
          /** Whose cordon it is, in words; null when it is not cordoned. */
          cordonedBy: z.string().nullable(),
          zone: z.string().nullable(),
          kubeletVersion: z.string(),
        }),
      ),
    }),
    summary: ({ selector }) => (selector ? `nodes ${selector}` : 'the nodes'),
  }),
  nodeReady: read({
    description: 'Is a node Ready, without pressure, and heard of just now?',
    as: 'kubectl wait --for=condition=Ready node/NODE',
    rights: [
      { in: 'cluster', may: { nodes: ['get'] } },
      LEASE,
      { in: 'cluster', may: { nodes: ['list', 'watch'] }, without: POLLS_WITHOUT },
    ],
    watches: ({ node, readyFor }) => (readyFor > 0 ? [] : [{ resource: 'nodes', name: node }]),
    input: z.object({
      node: Name,
      /** For so many seconds at least. */
      readyFor: z.number().int().min(0).max(600).default(0),
    }),
    output: Verdict,
    summary: (i) => `is ${i.node} Ready?`,
  }),
  describeNode: read({
    description:
      'Conditions, taints, allocatable and requested, pressure, versions, pods and lease of a node.',
    as: 'kubectl describe node NODE',
    rights: [{ in: 'cluster', may: { nodes: ['get'], pods: ['list'] } }, LEASE],
    input: z.object({ node: Name }),
    output: NodeDescription,
    summary: (i) => `node ${i.node}`,
  }),
  cordonNode: change({
    description: 'Keeps new pods off a node, and writes on it who did so and why.',
    as: 'kubectl cordon NODE',
    rights: [{ in: 'cluster', may: { nodes: ['get', 'list', 'patch'] } }],
    risk: 'reversible',
    temporary: true,
    input: z.object({
      node: Name,
      /** Why, for the annotation; the plan's title when left out. */
      reason: z.string().min(1).max(500).optional(),
    }),
    output: NodeState,
    preconditions: z.object({
      uid: z.string(),
      unschedulable: z.boolean(),
      /** Whose cordon it already carries, when it is cordoned. */
      cordonedBy: z.string().nullable(),
    }),
    preimage: NodeState,
    target: (i) => `node/${i.node}`,
    summary: (i) => `Cordon ${i.node}`,
    takesAway: ({ node }) => ({ node }),
  }),
  uncordonNode: change({
    description:
      'Lets new pods onto a node again; takes away only a cordon of its own run, or one that it puts back for another, unless told otherwise.',
    as: 'kubectl uncordon NODE',
    rights: [{ in: 'cluster', may: { nodes: ['get', 'patch'] } }],
    risk: 'reversible',
    input: z.object({
      node: Name,
      /** Also take away a cordon that somebody else made; the plan says whose. */
      evenIfCordonedByOthers: z.boolean().default(false),
    }),
    output: NodeState,
    preconditions: z.object({
      uid: z.string(),
      unschedulable: z.boolean(),
      /** The operation id in the annotation; null for a cordon without one. */
      cordonedBy: z.string().nullable(),
      /** It is the cordon that another run left behind, and that this one puts back. */
      leftBehind: z.literal(true).optional(),
      /** It is another's from before the plan, and stays. */
      stays: z.literal(true).optional(),
    }),
    preimage: NodeState,
    target: (i) => `node/${i.node}`,
    summary: (i) => `Uncordon ${i.node}`,
  }),
};
