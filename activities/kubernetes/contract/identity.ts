import { z } from 'zod';

/** An RFC 1123 subdomain, as the names of nodes, pods, Deployments and Services are. */
export const Name = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'must be a Kubernetes name (lower case, digits, "-" and ".")');

/** An RFC 1123 label, as a namespace's name is. */
export const Namespace = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'must be the name of a namespace (lower case, digits and "-")');

/** A label selector as kubectl takes it: `app=payment-service,tier!=test`. */
export const Selector = z.string().min(1).max(1024);

/** An ISO 8601 time in UTC as the API server writes it. */
export const Time = z.string();

/** A pod by name; with its UID it is exactly that pod and not one that later took its name. What listPods gives fits. */
export const PodRef = z.object({ namespace: Namespace, name: Name, uid: z.string().min(1).optional() });
export type PodRef = z.output<typeof PodRef>;

/** An object with its identity, as an owner reference names it. */
export const ObjectRef = z.object({ kind: z.string(), name: z.string(), uid: z.string() });
export type ObjectRef = z.output<typeof ObjectRef>;

export const WorkloadKind = z.enum(['Deployment', 'StatefulSet', 'DaemonSet']);
export type WorkloadKind = z.output<typeof WorkloadKind>;

/** A workload by kind and name, a Deployment where the kind is left out. */
export const WorkloadRef = z.object({
  namespace: Namespace,
  kind: WorkloadKind.default('Deployment'),
  name: Name,
});
export type WorkloadRef = z.output<typeof WorkloadRef>;

/** Says in one sentence what a bounded list leaves out; absent when it is whole. */
export const Truncated = z.string().optional();
