import type { MetadataOnly } from '../client/raw.ts';
import type { ObjectRef } from '../contract/identity.ts';

/** The controllers between a pod and what an engineer would name: ReplicaSets for Deployments, Jobs for CronJobs. */
export interface Controllers {
  readonly replicaSets: readonly MetadataOnly[];
  readonly jobs: readonly MetadataOnly[];
}

export interface Lineage {
  readonly owner: ObjectRef | null;
  readonly workload: ObjectRef | null;
  readonly revision: number | null;
  readonly templateHash: string | null;
}

export const REVISION = 'deployment.kubernetes.io/revision';

/** Who made this pod, and who made that. History goes by controller references, never by names. */
export function lineageOf(pod: MetadataOnly, controllers: Controllers): Lineage {
  const labels = pod.metadata?.labels ?? {};
  const templateHash = labels['pod-template-hash'] ?? labels['controller-revision-hash'] ?? null;
  const owner = controllerOf(pod);
  if (!owner) return { owner: null, workload: null, revision: null, templateHash };
  const parent =
    owner.kind === 'ReplicaSet'
      ? controllers.replicaSets.find((r) => r.metadata?.uid === owner.uid)
      : controllers.jobs.find((j) => j.metadata?.uid === owner.uid);
  return {
    owner,
    workload: (parent && controllerOf(parent)) ?? owner,
    revision: owner.kind === 'ReplicaSet' ? revisionOf(parent) : null,
    templateHash,
  };
}

/** The one owner that controls an object. */
export function controllerOf(object: MetadataOnly): ObjectRef | null {
  const owner = object.metadata?.ownerReferences?.find((o) => o.controller);
  return owner ? { kind: owner.kind, name: owner.name, uid: owner.uid } : null;
}

/** The revision that a Deployment's controller wrote on it or on one of its ReplicaSets. */
export function revisionOf(object: MetadataOnly | undefined): number | null {
  const value = Number(object?.metadata?.annotations?.[REVISION]);
  return Number.isInteger(value) && value > 0 ? value : null;
}
