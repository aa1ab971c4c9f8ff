import { z } from 'zod';
import { change, read } from '../../kit/index.ts';
import { Name, ObjectRef } from './identity.ts';

const PodIdentity = z.object({ namespace: z.string(), name: z.string(), uid: z.string() });
const PodAndWhy = PodIdentity.extend({ why: z.string() });

/** What a drain may do beyond moving pods that something makes anew elsewhere; kubectl's flags of these names. */
const OnNode = z.object({
  node: Name,
  /** Evict pods that keep data in an emptyDir, which is lost with them. */
  deleteEmptyDirData: z.boolean().default(false),
  /** Evict pods without a controller, which nothing makes again. */
  force: z.boolean().default(false),
});

export const Budget = z.object({
  namespace: z.string(),
  name: z.string(),
  /** How many pods it lets go at this moment. */
  allowed: z.number().int(),
  /** How many of the pods to evict it covers. */
  pods: z.number().int(),
  /** True where it allows none even with all of its pods healthy: waiting does not help. */
  never: z.boolean(),
  because: z.string(),
});
export type Budget = z.output<typeof Budget>;

export const DrainPreview = z.object({
  node: z.string(),
  uid: z.string(),
  evict: z.array(PodIdentity.extend({ workload: ObjectRef.nullable() })),
  /** Stay: of a DaemonSet, or mirrors of static pods. */
  ignored: z.array(PodAndWhy),
  /** One of these and nothing is evicted. */
  refused: z.array(PodAndWhy),
  budgets: z.array(Budget),
  /** Pods for which no other node has room, as far as requests, selectors and taints tell. */
  noRoom: z.array(z.string()),
});
export type DrainPreview = z.output<typeof DrainPreview>;

export const draining = {
  previewDrain: read({
    description:
      "What a drain of a node would evict, leave and refuse, by kubectl's filters in their order, and which disruption budgets bind it.",
    as: 'kubectl drain NODE --ignore-daemonsets --dry-run=server',
    rights: [
      {
        in: 'cluster',
        may: {
          nodes: ['get', 'list'],
          pods: ['list'],
          'poddisruptionbudgets.policy': ['list'],
          'replicasets.apps': ['list'],
          'daemonsets.apps': ['get'],
        },
      },
    ],
    timeout: '20s',
    input: OnNode,
    output: DrainPreview,
    summary: (i) => `what a drain of ${i.node} would do`,
  }),
  drainNode: change({
    description:
      'Evicts exactly these pods of a cordoned node, as fast as their disruption budgets allow, and waits until they are gone. What is left when the time is up is named. One pod that may not be evicted and none is: the refusal is in the words of kubectl.',
    as: 'kubectl drain NODE --ignore-daemonsets --timeout=240s',
    rights: [
      {
        in: 'cluster',
        may: {
          nodes: ['get', 'list'],
          pods: ['list'],
          'poddisruptionbudgets.policy': ['list'],
          'daemonsets.apps': ['get'],
        },
      },
      { in: 'found', may: { 'pods/eviction': ['create'] } },
    ],
    risk: 'disruptive',
    timeout: '5 minutes',
    timeoutFor: ({ withinSeconds }) => `${withinSeconds + 20}s`,
    input: OnNode.extend({ withinSeconds: z.number().int().min(1).max(280).default(240) }),
    output: z.object({
      node: z.string(),
      gone: z.number().int(),
      /** Pods of the plan that are still there, with what keeps them. */
      left: z.array(PodAndWhy),
    }),
    preconditions: z.object({ nodeUid: z.string(), pods: z.array(PodIdentity) }),
    preimage: z.object({}),
    takesAway: ({ node }, { pods }) => ({ node, pods, oneByOne: true }),
    target: (i) => `node/${i.node}`,
    summary: (i) => `Drain ${i.node}`,
  }),
};
