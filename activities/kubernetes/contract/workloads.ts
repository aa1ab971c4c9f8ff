import { z } from 'zod';
import { change, read, Verdict } from '../../kit/index.ts';
import { Name, Namespace, ObjectRef, Time, Truncated, WorkloadRef } from './identity.ts';
import { readingWorkload, watchedWorkload, WATCHING_WORKLOAD } from './workload-rights.ts';

export const Revision = z.object({
  revision: z.number().int(),
  /** The ReplicaSet (or, for a DaemonSet or StatefulSet, the ControllerRevision) that holds it. */
  name: z.string(),
  uid: z.string(),
  templateHash: z.string().nullable(),
  created: Time,
  changeCause: z.string().nullable(),
  images: z.array(z.string()),
  /** Pods of it wanted and ready now; null where the controller does not say. */
  replicas: z.number().int().nullable(),
  ready: z.number().int().nullable(),
  /** The revision that the workload's template asks for now. */
  current: z.boolean(),
});
export type Revision = z.output<typeof Revision>;

/** Quantities as they are written in the template, e.g. `{ cpu: '100m', memory: '64Mi' }`. */
const Quantities = z.record(z.string(), z.string());

export const workloads = {
  rolloutHistory: read({
    description: 'Revisions of a workload with images, change cause and creation time, oldest first.',
    as: 'kubectl rollout history deployment/NAME',
    rights: readingWorkload({ revisions: true }),
    input: WorkloadRef,
    output: z.object({
      workload: ObjectRef,
      paused: z.boolean(),
      revisions: z.array(Revision),
      truncated: Truncated,
    }),
    summary: (i) => `revisions of ${i.kind} ${i.namespace}/${i.name}`,
  }),
  rolloutStatus: read({
    description: "Has a workload's rollout completed? kubectl's rules.",
    as: 'kubectl rollout status deployment/NAME --watch=false',
    rights: [...readingWorkload(), ...WATCHING_WORKLOAD],
    watches: watchedWorkload,
    input: WorkloadRef,
    output: Verdict.extend({
      /** `fail` with `progressing` may still pass; with `failed` it will not by itself. */
      state: z.enum(['complete', 'progressing', 'failed', 'paused', 'not-observed', 'not-found']),
      desired: z.number().int(),
      updated: z.number().int(),
      ready: z.number().int(),
      available: z.number().int(),
      revision: z.number().int().nullable(),
    }),
    summary: (i) => `rollout of ${i.kind} ${i.namespace}/${i.name}`,
  }),
  workloadResources: read({
    description: "Requests and limits of a workload's containers.",
    as: "kubectl get ds kube-proxy -n kube-system -o jsonpath='{.spec.template.spec.containers[*].resources}'",
    rights: readingWorkload(),
    input: WorkloadRef,
    output: z.object({
      /** False when there is no such workload; the rest is empty then. */
      found: z.boolean(),
      replicas: z.number().int().nullable(),
      /** `RollingUpdate`, `Recreate`, or `OnDelete`: a pod takes a changed template only when it is deleted. */
      updateStrategy: z.string().nullable().default(null),
      containers: z.array(
        z.object({
          name: z.string(),
          kind: z.enum(['init', 'sidecar', 'main']),
          image: z.string(),
          requests: Quantities,
          limits: Quantities,
        }),
      ),
    }),
    summary: (i) => `requests and limits of ${i.kind} ${i.namespace}/${i.name}`,
  }),
  rolloutUndo: change({
    description: 'Rolls a Deployment back to a named revision.',
    as: 'kubectl rollout undo deployment/NAME --to-revision N',
    rights: [
      { in: 'namespace', may: { 'deployments.apps': ['get', 'patch'], 'replicasets.apps': ['list'] } },
    ],
    risk: 'disruptive',
    input: z.object({
      namespace: Namespace,
      deployment: Name,
      /** A revision and its template's hash as rolloutHistory gives them; never "the previous one". */
      toRevision: z.number().int().min(1),
      templateHash: z.string().min(1),
    }),
    output: z.object({
      deployment: ObjectRef,
      generation: z.number().int(),
      templateHash: z.string(),
    }),
    preconditions: z.object({
      uid: z.string(),
      /** SHA-256 of the template that the Deployment asks for now. */
      template: z.string(),
      paused: z.literal(false),
      replicaSet: z.object({ name: z.string(), uid: z.string(), templateHash: z.string() }),
    }),
    preimage: z.object({
      namespace: z.string(),
      deployment: z.string(),
      uid: z.string(),
      /** The revision to go back to when this is undone; null when the template is no revision's yet. */
      revision: z.number().int().nullable(),
      templateHash: z.string().nullable(),
      replicaSet: z.object({ name: z.string(), uid: z.string() }).nullable(),
      /** SHA-256 of the template that this change writes: what must still be there for the undo. */
      written: z.string(),
    }),
    takesAway: ({ namespace, deployment: name }) => ({ workload: { namespace, kind: 'Deployment', name } }),
    target: (i) => `deployment/${i.namespace}/${i.deployment}`,
    summary: (i) =>
      `Roll ${i.namespace}/${i.deployment} back to revision ${i.toRevision} (${i.templateHash})`,
  }),
};
