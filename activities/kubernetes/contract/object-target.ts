/**
 * What a change calls the object that it touches. Locks go by it, so each object has one name, whichever step means it:
 * the steps of a kind of their own say `node/worker-3`, and so does a patch of the resource `nodes`.
 */

/** Kinds that steps name in the singular, with where the API server has them. */
export const NAMED_KINDS = {
  node: { group: '', resource: 'nodes' },
  pod: { group: '', resource: 'pods' },
  service: { group: '', resource: 'services' },
  configmap: { group: '', resource: 'configmaps' },
  deployment: { group: 'apps', resource: 'deployments' },
  statefulset: { group: 'apps', resource: 'statefulsets' },
  daemonset: { group: 'apps', resource: 'daemonsets' },
  replicaset: { group: 'apps', resource: 'replicasets' },
  apiservice: { group: 'apiregistration.k8s.io', resource: 'apiservices' },
} as const;

/** `node/worker-3`, `deployment/shop/api`; of a kind that no step names `cronjobs.batch/shop/report`. */
export function objectTarget(object: {
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}): string {
  const { group, resource, namespace, name } = object;
  const kind = Object.entries(NAMED_KINDS).find(
    ([, named]) => named.group === group && named.resource === resource,
  )?.[0];
  const plural = group ? `${resource}.${group}` : resource;
  return [kind ?? plural, namespace, name].filter(Boolean).join('/');
}
