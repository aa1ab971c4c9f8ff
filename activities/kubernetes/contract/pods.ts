import { z } from 'zod';
import { read, Verdict, type Rights } from '../../kit/index.ts';
import { Name, Namespace, ObjectRef, PodRef, Selector, Time, Truncated } from './identity.ts';
import { POLLS_WITHOUT } from './workload-rights.ts';

/** How a container's last life ended. */
export const Termination = z.object({
  /** `OOMKilled`, `Error`, `Completed`, ... */
  reason: z.string(),
  exitCode: z.number().int(),
  signal: z.number().int().optional(),
  /** The container's termination message, at most 500 characters. */
  message: z.string().optional(),
  startedAt: Time.optional(),
  finishedAt: Time.optional(),
});

export const Container = z.object({
  name: z.string(),
  kind: z.enum(['init', 'sidecar', 'main']),
  image: z.string(),
  ready: z.boolean(),
  restarts: z.number().int(),
  state: z.enum(['waiting', 'running', 'terminated', 'unknown']),
  /** Since when it runs, in state `running`. */
  startedAt: Time.optional(),
  /** Why it waits, in state `waiting`: `CrashLoopBackOff`, `ImagePullBackOff`, ... */
  waiting: z.string().optional(),
  /** What the kubelet says to that, at most 500 characters. */
  waitingMessage: z.string().optional(),
  /** The end of its present life in state `terminated`, else of the life before. */
  lastTermination: Termination.optional(),
});
export type Container = z.output<typeof Container>;

export const Pod = z.object({
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  created: Time,
  phase: z.enum(['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown']),
  /** What kubectl shows in its STATUS column: `Running`, `CrashLoopBackOff`, `Terminating`, ... */
  status: z.string(),
  /** The pod's Ready condition. */
  ready: z.boolean(),
  /** Since when the Ready condition is what it is. */
  readySince: Time.optional(),
  /**
   * `healthy`: ready, and running for longer than its last life when it has crashed; `starting`: not ready yet, never
   * crashed and not stuck; `sick`: crashing, stuck, or no longer ready; `terminating`: being deleted; `finished`: ran to its end.
   */
  condition: z.enum(['healthy', 'starting', 'sick', 'terminating', 'finished']),
  /** One sentence on why the condition is what it is. */
  because: z.string(),
  /** Restarts of all containers together. */
  restarts: z.number().int(),
  /** The latest end of any of its containers. */
  lastTermination: Termination.extend({ container: z.string() }).optional(),
  /** The first reason for which a container waits: `CrashLoopBackOff`, ... */
  waiting: z.string().optional(),
  node: z.string().nullable(),
  zone: z.string().nullable(),
  podIP: z.string().nullable(),
  /** The controller that made it: a ReplicaSet, StatefulSet, DaemonSet, Job. Null: a bare pod, which nothing replaces. */
  owner: ObjectRef.nullable(),
  /** The end of the chain of controllers: a Deployment where the owner is its ReplicaSet, a CronJob for a Job. */
  workload: ObjectRef.nullable(),
  /** The Deployment's revision that it belongs to. */
  revision: z.number().int().nullable(),
  /** `pod-template-hash`, or `controller-revision-hash` of a DaemonSet or StatefulSet. */
  templateHash: z.string().nullable(),
  /** Images of its main containers, in order. */
  images: z.array(z.string()),
  containers: z.array(Container),
});
export type Pod = z.output<typeof Pod>;

const NotReadyPod = z.object({
  name: z.string(),
  uid: z.string(),
  node: z.string().nullable(),
  because: z.string(),
});

const Pattern = z
  .string()
  .min(1)
  .max(500)
  .refine(isRegularExpression, 'must be a regular expression (without the slashes)');
const LogLine = z.object({ at: Time.optional(), text: z.string() });
const PatternCount = z.object({
  pattern: z.string(),
  count: z.number().int(),
  first: LogLine.optional(),
  last: LogLine.optional(),
});

/** Pods with the controllers that made them and the zones of their nodes. */
const PODS_AND_THEIRS: readonly Rights[] = [
  { in: 'namespace', may: { pods: ['list'], 'replicasets.apps': ['list'], 'jobs.batch': ['list'] } },
  { in: 'cluster', may: { nodes: ['list'] } },
];

export const pods = {
  listPods: read({
    description: 'Pods with phase, readiness, restarts, last termination, node, zone, owner and identity.',
    as: 'kubectl get pods -l SELECTOR -o wide',
    rights: PODS_AND_THEIRS,
    input: z.object({
      /** All namespaces when left out. */
      namespace: Namespace.optional(),
      selector: Selector.optional(),
      node: Name.optional(),
      limit: z.number().int().min(1).max(1000).default(200),
    }),
    output: z.object({ pods: z.array(Pod), truncated: Truncated }),
    summary: (i) =>
      ['pods', i.selector, i.namespace ? `in ${i.namespace}` : 'in all namespaces', i.node && `on ${i.node}`]
        .filter(Boolean)
        .join(' '),
  }),
  podsReady: read({
    description: 'Are all pods of a selector ready, at least so many, and none on an excluded node?',
    as: 'kubectl wait --for=condition=Ready pods -l SELECTOR',
    rights: [...PODS_AND_THEIRS, { in: 'namespace', may: { pods: ['watch'] }, without: POLLS_WITHOUT }],
    watches: ({ namespace, selector, readyFor }) =>
      readyFor > 0 ? [] : [{ resource: 'pods', namespace, selector }],
    input: z.object({
      namespace: Namespace,
      selector: Selector,
      atLeast: z.number().int().min(1).default(1),
      /** No pod that is not terminating may be on one of these. */
      excludeNodes: z.array(Name).default([]),
      /** A pod counts when it has been ready for this many seconds. */
      readyFor: z.number().int().min(0).max(600).default(0),
    }),
    output: Verdict.extend({
      ready: z.number().int(),
      total: z.number().int(),
      terminating: z.number().int(),
      notReady: z.array(NotReadyPod),
      onExcludedNodes: z.array(NotReadyPod),
      truncated: Truncated,
    }),
    summary: (i) => `are the pods ${i.selector} in ${i.namespace} ready, ${i.atLeast} at least`,
  }),
  podLogs: read({
    description: "A container's log, bounded, with expected and unexpected patterns counted.",
    as: 'kubectl logs [--previous] --tail N --since T',
    rights: [{ in: 'namespace', may: { pods: ['get'], 'pods/log': ['get'] } }],
    input: z.object({
      pod: PodRef,
      /** The only main container when left out. */
      container: z.string().optional(),
      /** The log of the life that ended last: also while a crashed container waits to be started again, where kubectl finds nothing. */
      previous: z.boolean().default(false),
      tail: z.number().int().min(1).max(10_000).default(500),
      sinceSeconds: z.number().int().min(1).optional(),
      /** Regular expressions, matched line by line over everything that was fetched. */
      expected: z.array(Pattern).max(20).default([]),
      unexpected: z.array(Pattern).max(20).default([]),
      /** How many of the newest lines to give back. */
      keep: z.number().int().min(0).max(200).default(20),
    }),
    output: z.object({
      container: z.string(),
      /** False when there is no such log: `note` says why (never restarted, already removed). */
      available: z.boolean(),
      note: z.string().optional(),
      linesRead: z.number().int(),
      expected: z.array(PatternCount),
      unexpected: z.array(PatternCount),
      /** The newest lines, oldest first. */
      lines: z.array(LogLine),
      truncated: Truncated,
    }),
    summary: (i) => `log of ${i.pod.namespace}/${i.pod.name}${i.previous ? ', the life before' : ''}`,
  }),
};

function isRegularExpression(text: string): boolean {
  try {
    new RegExp(text, 'u');
    return true;
  } catch {
    return false;
  }
}
