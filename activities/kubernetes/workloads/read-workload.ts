import { StepFailure } from '../../kit/index.ts';
import type { ApiClient } from '../client/client.ts';
import type { Limits } from '../client/http.ts';
import type { ObjectOf } from '../client/raw.ts';
import type { WorkloadRef } from '../contract/identity.ts';

export type Workload =
  | { readonly kind: 'Deployment'; readonly object: ObjectOf<'deployments'> }
  | { readonly kind: 'StatefulSet'; readonly object: ObjectOf<'statefulsets'> }
  | { readonly kind: 'DaemonSet'; readonly object: ObjectOf<'daemonsets'> };

/** A workload, or undefined when there is none of that name. */
export async function findWorkload(
  api: ApiClient,
  { kind, namespace, name }: WorkloadRef,
  limits: Limits,
): Promise<Workload | undefined> {
  const where = { namespace, name };
  switch (kind) {
    case 'Deployment': {
      const object = await api.find('deployments', where, limits);
      return object && { kind, object };
    }
    case 'StatefulSet': {
      const object = await api.find('statefulsets', where, limits);
      return object && { kind, object };
    }
    case 'DaemonSet': {
      const object = await api.find('daemonsets', where, limits);
      return object && { kind, object };
    }
  }
}

export async function readWorkload(api: ApiClient, ref: WorkloadRef, limits: Limits): Promise<Workload> {
  const workload = await findWorkload(api, ref, limits);
  if (workload) return workload;
  throw new StepFailure('invalid', `There is no ${ref.kind} ${ref.namespace}/${ref.name}`, {
    next: 'Check the name and the namespace.',
  });
}
