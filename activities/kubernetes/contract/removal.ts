import { z } from 'zod';
import { change } from '../../kit/index.ts';
import { ObjectRef, PodRef } from './identity.ts';

export const removal = {
  deletePod: change({
    description: 'Deletes exactly this pod, by UID, so that its controller makes another.',
    as: 'kubectl delete pod NAME',
    rights: [
      { in: 'namespace', may: { pods: ['get', 'delete'] } },
      { in: 'cluster', may: { nodes: ['list'] } },
      {
        in: 'namespace',
        may: { 'poddisruptionbudgets.policy': ['list'] },
        without: 'which disruption budgets cover the pod',
      },
      { in: 'cluster', may: { pods: ['list'] }, without: 'where there is room for its successor' },
    ],
    risk: 'disruptive',
    input: z.object({
      pod: PodRef,
      /** Delete it also when it is healthy; otherwise a pod that has recovered is left alone. */
      evenIfHealthy: z.boolean().default(false),
    }),
    output: z.object({
      namespace: z.string(),
      name: z.string(),
      uid: z.string(),
      /** What was found or done, in one sentence. */
      note: z.string(),
    }),
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
};
