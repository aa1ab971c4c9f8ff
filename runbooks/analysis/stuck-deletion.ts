/**
 * What is it that does not let go? The order matters: while an API does not answer nothing in the namespace is deleted; a
 * pod on a dead node waits for its kubelet whatever its finalizers say; and a finalizer is looked at only where whoever
 * takes it off had time to.
 */
import type { BeingDeleted, Deletions, UnavailableApi } from '../../activities/kubernetes/contract.ts';

export type Obstacle =
  /** Nothing was deleted, or all of it has gone. */
  | { readonly kind: 'none' }
  | { readonly kind: 'api'; readonly api: UnavailableApi }
  /** Their kubelet does not report, so nobody says that they have ended. */
  | { readonly kind: 'node'; readonly node: string; readonly objects: readonly BeingDeleted[] }
  | {
      readonly kind: 'finalizer';
      readonly finalizer: string;
      readonly setBy: string | null;
      readonly objects: readonly BeingDeleted[];
    }
  /** Told to go, and allowed to take its time. */
  | { readonly kind: 'grace'; readonly objects: readonly BeingDeleted[] }
  /** Overdue on a node that reports. */
  | { readonly kind: 'kubelet'; readonly node: string; readonly objects: readonly BeingDeleted[] }
  /** It goes by itself, or what keeps it was not found. */
  | { readonly kind: 'unclear' };

export interface DeletionFacts {
  readonly deletions: Pick<Deletions, 'state' | 'discoveryFails' | 'objects'>;
  readonly apis: readonly UnavailableApi[];
  readonly nodes: readonly { readonly name: string; readonly ready: string }[];
  /** What takes less is no trouble. */
  readonly afterSeconds: number;
}

export function obstacleOf({ deletions, apis, nodes, afterSeconds }: DeletionFacts): Obstacle {
  const { state, discoveryFails, objects } = deletions;
  if (state !== 'terminating' && objects.length === 0) return { kind: 'none' };
  const [api] = apis;
  if (discoveryFails && api) return { kind: 'api', api };

  const overdue = objects.filter((o) => o.overdueSeconds >= afterSeconds);
  const notReady = new Set(nodes.filter((n) => n.ready !== 'True').map((n) => n.name));
  const onDeadNode = objects.filter((o) => o.pod?.node && notReady.has(o.pod.node));
  const node = onDeadNode[0]?.pod?.node;
  if (node) return { kind: 'node', node, objects: onDeadNode.filter((o) => o.pod?.node === node) };

  const held = overdue.filter((o) => o.finalizers.length > 0 && !o.pod?.running.length);
  const [first] = held[0]?.finalizers ?? [];
  if (first) {
    const { name: finalizer, setBy } = first;
    return {
      kind: 'finalizer',
      finalizer,
      setBy,
      objects: held.filter((o) => o.finalizers.some((f) => f.name === finalizer)),
    };
  }
  const unfinished = overdue.filter((o) => o.pod?.node);
  const on = unfinished[0]?.pod?.node;
  if (on) return { kind: 'kubelet', node: on, objects: unfinished.filter((o) => o.pod?.node === on) };

  const taking = objects.filter(
    (o) => o.overdueSeconds < 0 && o.overdueSeconds + (o.pod?.graceSeconds ?? 0) >= afterSeconds,
  );
  return taking.length > 0 ? { kind: 'grace', objects: taking } : { kind: 'unclear' };
}

/** Names an obstacle, so that two looks can tell whether it is still the same one. */
export function nameOf(obstacle: Obstacle): string {
  switch (obstacle.kind) {
    case 'api':
      return `the API ${obstacle.api.name}`;
    case 'node':
    case 'kubelet':
      return `the kubelet of ${obstacle.node}`;
    case 'finalizer':
      return `finalizer ${obstacle.finalizer}`;
    case 'grace':
      return `the grace period of ${obstacle.objects.map((o) => o.name).join(', ')}`;
    default:
      return obstacle.kind;
  }
}

/** `pods/shop/web-1: 300 s overdue`. */
export const inWords = ({ resource, namespace, name, overdueSeconds, pod }: BeingDeleted): string => {
  const when =
    overdueSeconds < 0
      ? `may take ${-overdueSeconds} s more of its ${pod?.graceSeconds ?? 0} s`
      : `${overdueSeconds} s overdue`;
  return `${resource}/${namespace}/${name}: ${when}`;
};

/** Its finalizers with who set them, and the containers that still run. */
export const waitsFor = ({ finalizers, pod }: BeingDeleted): string =>
  [
    ...finalizers.map((f) => `${f.name} (set by ${f.setBy ?? 'an unknown manager'})`),
    ...(pod?.running.length ? [`containers on ${pod.node}: ${pod.running.join(', ')}`] : []),
  ].join(', ') || 'nothing that shows';
