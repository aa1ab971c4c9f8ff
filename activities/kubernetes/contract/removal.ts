import { z } from 'zod';
import { change, type Rights } from '../../kit/index.ts';
import { ObjectRef, PodRef } from './identity.ts';

const RemovedPod = z.object({
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  /** What was found or done, in one sentence. */
  note: z.string(),
});

const SURROUNDINGS: readonly Rights[] = [
  { in: 'cluster', may: { nodes: ['list'] } },
  {
    in: 'namespace',
    may: { 'poddisruptionbudgets.policy': ['list'] },
    without: 'which disruption budgets cover the pod',
  },
  { in: 'cluster', may: { pods: ['list'] }, without: 'where there is room for its successor' },
];

export const removal = {
  deletePod: change({
    description: 'Deletes exactly this pod, by UID, so that its controller makes another.',
    as: 'kubectl delete pod NAME',
    rights: [{ in: 'namespace', may: { pods: ['get', 'delete'] } }, ...SURROUNDINGS],
    risk: 'disruptive',
    input: z.object({
      pod: PodRef,
      /** Delete it also when it is healthy; otherwise a pod that has recovered is left alone. */
      evenIfHealthy: z.boolean().default(false),
    }),
    output: RemovedPod,
    preconditions: z.object({
      uid: z.string(),
      node: z.string().nullable(),
      owner: ObjectRef.nullable(),
      /** True: it was sick, and is deleted only while it still is. */
      sick: z.boolean(),
    }),
    preimage: z.object({
      namespace: z.string(),
      name: z.string(),
      uid: z.string(),
      node: z.string().nullable(),
      owner: ObjectRef.nullable(),
      templateHash: z.string().nullable(),
      images: z.array(z.string()),
    }),
    takesAway: ({ pod: { namespace, name } }, { uid }) => ({ pods: [{ namespace, name, uid }] }),
    target: (i) => `pod/${i.pod.namespace}/${i.pod.name}`,
    summary: (i) => `Delete pod ${i.pod.namespace}/${i.pod.name}`,
  }),
  evictPod: change({
    description:
      'Evicts exactly this pod, by UID, so that its controller makes another. A disruption budget that does not let it go is asked again until it does or the time is up. Done once the pod is being deleted; there is no undo.',
    as: 'kubectl create --raw /api/v1/namespaces/NAMESPACE/pods/NAME/eviction -f EVICTION',
    rights: [{ in: 'namespace', may: { pods: ['get'], 'pods/eviction': ['create'] } }, ...SURROUNDINGS],
    risk: 'disruptive',
    timeout: '5 minutes',
    timeoutFor: ({ withinSeconds }) => `${withinSeconds + 20}s`,
    input: z.object({
      pod: PodRef,
      /** How long a disruption budget that says no is asked again. */
      withinSeconds: z.number().int().min(1).max(280).default(240),
    }),
    output: RemovedPod,
    preconditions: z.object({
      uid: z.string(),
      node: z.string().nullable(),
      owner: ObjectRef.nullable(),
    }),
    preimage: z.object({}),
    takesAway: ({ pod: { namespace, name } }, { uid }) => ({ pods: [{ namespace, name, uid }] }),
    target: (i) => `pod/${i.pod.namespace}/${i.pod.name}`,
    summary: (i) => `Evict pod ${i.pod.namespace}/${i.pod.name}`,
  }),
};
