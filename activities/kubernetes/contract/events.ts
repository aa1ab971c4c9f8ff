import { z } from 'zod';
import { read } from '../../kit/index.ts';
import { Namespace, Time, Truncated } from './identity.ts';

export const Event = z.object({
  /** When it was last seen: series, then lastTimestamp, then eventTime, as kubectl orders them. */
  at: Time,
  first: Time,
  type: z.string(),
  reason: z.string(),
  object: z.object({
    kind: z.string(),
    namespace: z.string().optional(),
    name: z.string(),
    uid: z.string().optional(),
  }),
  message: z.string(),
  count: z.number().int(),
  source: z.string(),
});
export type Event = z.output<typeof Event>;

/** What kind of thing changed. */
export const ChangeKind = z.enum([
  'rollout',
  'config-map',
  'secret',
  'workload-edit',
  'scaling',
  'autoscaler',
  'service',
  'pod-replaced',
  'node-condition',
  'cordon',
  'node-edit',
  'eviction',
  'out-of-memory',
  'back-off',
  'job',
]);

export const ObservedChange = z.object({
  at: Time,
  kind: ChangeKind,
  /** `deployment/payments/payment-service`, `node/worker-3`. */
  object: z.string(),
  /** One sentence in the reader's words. */
  summary: z.string(),
  /** The field manager, component or person who did it, where the cluster knows. */
  by: z.string().optional(),
  /** How many like it this entry stands for, from `at` to `until`. */
  count: z.number().int(),
  until: Time.optional(),
});
export type ObservedChange = z.output<typeof ObservedChange>;

export const events = {
  listEvents: read({
    description: 'Events of an object, a namespace or the cluster, newest last.',
    as: 'kubectl get events --sort-by=.lastTimestamp',
    rights: [{ in: 'namespace', may: { events: ['list'] } }],
    input: z.object({
      /** All namespaces when left out. */
      namespace: Namespace.optional(),
      object: z
        .object({ kind: z.string().optional(), name: z.string().optional(), uid: z.string().optional() })
        .optional(),
      type: z.enum(['Normal', 'Warning']).optional(),
      /** Only what was seen in the last so many minutes. */
      minutes: z.number().min(0.1).max(1440).optional(),
      limit: z.number().int().min(1).max(500).default(100),
    }),
    output: z.object({ events: z.array(Event), truncated: Truncated }),
    summary: (i) =>
      `events ${i.object?.name ? `of ${i.object.name} ` : ''}in ${i.namespace ?? 'all namespaces'}`,
  }),
  whatChanged: read({
    description:
      'One time-ordered list of what changed in a window: rollouts, edits, ConfigMaps and Secrets (never their values), scaling, nodes, evictions, crashes, Services, replaced pods, jobs.',
    as: 'kubectl get events,replicasets,configmaps,... in a dozen commands, and a memory for times',
    rights: [
      {
        in: 'namespace',
        may: {
          pods: ['list'],
          configmaps: ['list'],
          events: ['list'],
          'deployments.apps': ['list'],
          'replicasets.apps': ['list'],
          'statefulsets.apps': ['list'],
          'daemonsets.apps': ['list'],
          'controllerrevisions.apps': ['list'],
          'jobs.batch': ['list'],
          'horizontalpodautoscalers.autoscaling': ['list'],
        },
      },
      { in: 'cluster', may: { nodes: ['list'], services: ['list'] } },
      // Where events of nodes are.
      { in: { namespace: 'default' }, may: { events: ['list'] } },
      { in: 'namespace', may: { secrets: ['list'] }, without: 'which Secrets were changed' },
    ],
    timeout: '20s',
    input: z.object({
      /** All namespaces when left out. Nodes are always looked at. */
      namespaces: z.array(Namespace).min(1).max(20).optional(),
      minutes: z.number().min(0.1).max(1440).default(10),
      /** The window's end; now when left out. */
      until: z.iso.datetime({ offset: true }).optional(),
      limit: z.number().int().min(1).max(300).default(100),
    }),
    output: z.object({
      from: Time,
      until: Time,
      /** Oldest first. */
      changes: z.array(ObservedChange),
      /** What could not be looked at, with the reason: an empty list is no proof then. */
      notSeen: z.array(z.string()),
      truncated: Truncated,
    }),
    summary: (i) =>
      `what changed in ${i.namespaces?.join(', ') ?? 'the cluster'} in the last ${i.minutes} minutes`,
  }),
};
