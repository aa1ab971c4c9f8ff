import { z } from 'zod';
import { change, read } from '../../kit/index.ts';
import { Name, Namespace, Time, Truncated } from './identity.ts';
import { objectTarget } from './object-target.ts';

/** Any object of a namespace. The group is empty for the core API; the resource is as in the API's paths. */
const ObjectInNamespace = z.object({
  group: z
    .string()
    .max(253)
    .regex(/^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$/, 'must be an API group, empty for the core API'),
  resource: z
    .string()
    .max(63)
    .regex(/^[a-z0-9]+$/, 'must be a resource as in the API, like "configmaps"'),
  namespace: Namespace,
  name: Name,
  uid: z.string().min(1),
});
export type ObjectInNamespace = z.output<typeof ObjectInNamespace>;

/** An object that was deleted and is still there. */
export const BeingDeleted = ObjectInNamespace.extend({
  /** When it was told to go; for a pod, when its grace period ends. */
  since: Time,
  /** Seconds since then; negative while a grace period lasts. */
  overdueSeconds: z.number().int(),
  /** What has to be done before it may go, each with the field manager that put it there. */
  finalizers: z.array(z.object({ name: z.string(), setBy: z.string().nullable(), setAt: Time.nullable() })),
  /** Of a pod only. */
  pod: z
    .object({
      node: z.string().nullable(),
      graceSeconds: z.number().int().nullable(),
      /** Containers that still run, as far as the kubelet has said. */
      running: z.array(z.string()),
      /** Containers with a preStop hook. */
      preStop: z.array(z.string()),
    })
    .nullable(),
});
export type BeingDeleted = z.output<typeof BeingDeleted>;

export const Deletions = z.object({
  /** Of the namespace itself. */
  state: z.enum(['active', 'terminating', 'gone']),
  /** When the namespace was told to go; null while it is not. */
  since: Time.nullable(),
  /** What the namespace controller says keeps it, from the namespace's conditions that are True. */
  says: z.array(z.object({ type: z.string(), message: z.string() })),
  /** True when the controller cannot find out what is in the namespace, because an API does not answer. */
  discoveryFails: z.boolean(),
  /** The longest overdue first. */
  objects: z.array(BeingDeleted),
  /** Kinds that the namespace still has and that could not be looked at, with why. */
  notListed: z.array(z.object({ resource: z.string(), reason: z.string() })),
  truncated: Truncated,
});
export type Deletions = z.output<typeof Deletions>;

const UnavailableApi = z.object({
  /** `VERSION.GROUP`, the name of its registration (an APIService). */
  name: z.string(),
  uid: z.string(),
  /** `ServiceNotFound`, `FailedDiscoveryCheck`, `MissingEndpoints`, ... */
  reason: z.string(),
  message: z.string(),
  since: Time.nullable(),
  /** The Service that should answer for it; null for one that the API server serves itself. */
  service: z.object({ namespace: z.string(), name: z.string(), found: z.boolean() }).nullable(),
  /** Deployments whose pods the Service selects. */
  servedBy: z.array(z.string()),
});
export type UnavailableApi = z.output<typeof UnavailableApi>;

const FinalizerOwner = z.object({
  namespace: z.string(),
  kind: z.enum(['Deployment', 'StatefulSet', 'DaemonSet']),
  name: z.string(),
  desired: z.number().int(),
  ready: z.number().int(),
  /** What makes it look like the owner, in words. */
  because: z.string(),
});
export type FinalizerOwner = z.output<typeof FinalizerOwner>;

const FinalizerName = z
  .string()
  .min(1)
  .max(316)
  .regex(/^[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?$/, 'must be the name of a finalizer');

export const deletion = {
  deletions: read({
    description:
      'What was deleted in a namespace and is still there, with its finalizers and who set them, and what the namespace itself waits for.',
    as: 'kubectl get namespace NAME -o yaml; kubectl get pods -o yaml',
    rights: [
      { in: 'cluster', may: { namespaces: ['get'] } },
      { in: 'namespace', may: { pods: ['list'] } },
      { in: 'namespace', may: { persistentvolumeclaims: ['list'] }, without: 'claims that are stuck' },
    ],
    input: z.object({ namespace: Namespace }),
    output: Deletions,
    timeout: '20s',
    summary: ({ namespace }) => `what is being deleted in ${namespace}`,
  }),
  unavailableApis: read({
    description:
      'APIs that are registered and do not answer, with the Service and the Deployment behind each. No namespace can be deleted meanwhile.',
    as: 'kubectl get apiservices',
    rights: [
      { in: 'cluster', may: { 'apiservices.apiregistration.k8s.io': ['list'] } },
      { in: 'found', may: { services: ['get'], 'deployments.apps': ['list'] } },
    ],
    input: z.object({}),
    output: z.object({ apis: z.array(UnavailableApi) }),
    summary: () => 'APIs that do not answer',
  }),
  finalizerOwners: read({
    description:
      'Workloads that look like the controller of a finalizer: by the field manager that set it, or by the name of its domain.',
    as: 'kubectl get deployments,statefulsets,daemonsets -A',
    rights: [
      {
        in: 'cluster',
        may: { 'deployments.apps': ['list'], 'statefulsets.apps': ['list'], 'daemonsets.apps': ['list'] },
      },
    ],
    input: z.object({
      finalizer: FinalizerName,
      /** The field manager that set it, as deletions gives it. */
      setBy: z.string().max(128).nullable().default(null),
    }),
    output: z.object({ owners: z.array(FinalizerOwner), truncated: Truncated }),
    timeout: '20s',
    summary: ({ finalizer }) => `who takes care of ${finalizer}`,
  }),
  removeFinalizer: change({
    description:
      'Takes one finalizer off an object that is being deleted: what it stands for is then never done. Refuses those of Kubernetes itself.',
    as: 'kubectl patch KIND NAME --type merge -p \'{"metadata":{"finalizers":[...]}}\'',
    rights: [{ in: 'namespace', object: ['get', 'patch'] }],
    risk: 'irreversible',
    input: z.object({ object: ObjectInNamespace, finalizer: FinalizerName }),
    output: z.object({ note: z.string() }),
    preconditions: z.object({ uid: z.string(), since: z.string(), finalizers: z.array(z.string()) }),
    preimage: z.object({ finalizers: z.array(z.string()) }),
    target: ({ object }) => objectTarget(object),
    summary: ({ object: o, finalizer }) =>
      `Remove finalizer ${finalizer} from ${o.resource}/${o.namespace}/${o.name}`,
  }),
  deleteApiService: change({
    description: 'Deletes the registration of an API that does not answer (an APIService), by UID.',
    as: 'kubectl delete apiservice VERSION.GROUP',
    rights: [
      { in: 'cluster', may: { 'apiservices.apiregistration.k8s.io': ['get', 'delete'] } },
      { in: 'found', may: { services: ['get'] } },
    ],
    risk: 'disruptive',
    input: z.object({ name: Name, uid: z.string().min(1) }),
    output: z.object({ note: z.string() }),
    preconditions: z.object({ uid: z.string(), reason: z.string() }),
    /** What a person needs to register it again. */
    preimage: z.object({ name: z.string(), spec: z.json() }),
    target: ({ name }) => `apiservice/${name}`,
    summary: ({ name }) => `Delete the registration of the API ${name}`,
  }),
};
