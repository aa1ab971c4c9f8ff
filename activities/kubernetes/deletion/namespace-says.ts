/**
 * What a namespace that is being deleted says of itself. The namespace controller writes the kinds that remain into the
 * message of a condition, and nowhere else (pkg/controller/namespace/deletion/status_condition_utils.go).
 */
import { printable } from '../client/failure.ts';
import type { ObjectOf } from '../client/raw.ts';

export interface RemainingKind {
  readonly group: string;
  readonly resource: string;
  readonly count: number;
}

export interface NamespaceSays {
  readonly says: { type: string; message: string }[];
  readonly discoveryFails: boolean;
  readonly remaining: RemainingKind[];
}

export function namespaceSays(namespace: ObjectOf<'namespaces'>): NamespaceSays {
  const isTrue = (namespace.status?.conditions ?? []).filter((c) => c.status === 'True');
  const said = (type: string) => isTrue.find((c) => c.type === type)?.message ?? '';
  return {
    says: isTrue.map((c) => ({ type: c.type, message: printable(c.message ?? '', 500) })),
    discoveryFails: said('NamespaceDeletionDiscoveryFailure') !== '',
    remaining: remainingKinds(said('NamespaceContentRemaining')),
  };
}

/** `Some resources are remaining: configmaps. has 1 resource instances, widgets.example.com has 2 resource instances`. */
export function remainingKinds(message: string): RemainingKind[] {
  return [...message.matchAll(/([a-z0-9]+)\.([a-z0-9.-]*) has (\d+) resource instances/g)].map(
    ([, resource = '', group = '', count]) => ({ resource, group, count: Number(count) }),
  );
}
