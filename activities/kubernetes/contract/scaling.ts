import { z } from 'zod';
import { change, type Rights } from '../../kit/index.ts';
import { Name, Namespace, ObjectRef } from './identity.ts';

export const ScalableKind = z.enum(['Deployment', 'StatefulSet', 'ReplicaSet']);

const Replicas = z.number().int().min(0).max(10_000);
const Seen = z.object({ uid: z.string(), present: z.object({ replicas: z.number().int() }) });

const Paused = z.object({ uid: z.string(), present: z.object({ paused: z.boolean() }) });
const OneDeployment = z.object({ namespace: Namespace, deployment: Name });
const pausing = {
  rights: [{ in: 'namespace', may: { 'deployments.apps': ['get', 'patch'] } }] satisfies Rights[],
  risk: 'disruptive' as const,
  input: OneDeployment,
  output: z.object({ deployment: ObjectRef, paused: z.boolean() }),
  preconditions: Paused,
  preimage: Paused,
  target: (i: { namespace: string; deployment: string }) => `deployment/${i.namespace}/${i.deployment}`,
};

export const scaling = {
  scale: change({
    description:
      'Sets how many pods a workload has, through its /scale. Not while an autoscaler sets that number.',
    as: 'kubectl scale deployment/NAME --replicas=N --current-replicas=M',
    rights: [
      ...ScalableKind.options.map((kind): Rights => {
        const resource = `${kind.toLowerCase()}s.apps`;
        return {
          in: 'namespace',
          may: { [resource]: ['get'], [`${resource}/scale`]: ['patch'] },
          when: { kind },
        };
      }),
      { in: 'namespace', may: { 'horizontalpodautoscalers.autoscaling': ['list'] } },
    ],
    risk: 'reversible',
    input: z.object({
      namespace: Namespace,
      kind: ScalableKind.default('Deployment'),
      name: Name,
      replicas: Replicas,
    }),
    output: z.object({ workload: ObjectRef, replicas: z.number().int() }),
    preconditions: Seen,
    preimage: Seen,
    target: (i) => `${i.kind.toLowerCase()}/${i.namespace}/${i.name}`,
    summary: (i) => `Scale ${i.kind} ${i.namespace}/${i.name} to ${i.replicas}`,
  }),
  rolloutPause: change({
    ...pausing,
    description:
      'Holds the rollout of a Deployment: what changes in its template is not rolled out until it is resumed.',
    as: 'kubectl rollout pause deployment/NAME',
    temporary: true,
    summary: (i) => `Pause the rollout of ${i.namespace}/${i.deployment}`,
  }),
  rolloutResume: change({
    ...pausing,
    description: 'Lets the rollout of a paused Deployment go on.',
    as: 'kubectl rollout resume deployment/NAME',
    takesAway: ({ namespace, deployment: name }) => ({ workload: { namespace, kind: 'Deployment', name } }),
    summary: (i) => `Resume the rollout of ${i.namespace}/${i.deployment}`,
  }),
};
