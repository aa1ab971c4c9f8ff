/**
 * Where could this pod go? A filter like the scheduler's first ones (node name, readiness, taints, node selector,
 * resources); affinities and volumes are not looked at, so "room" is what is possible, not what will happen.
 */
import type { RawNode, RawPod } from '../client/raw.ts';
import { amountOf, podAmount, sum } from './pod-requests.ts';
import { quantity } from './quantity.ts';
import { takingPods } from './taking-pods.ts';

export type Taint = NonNullable<NonNullable<RawNode['spec']>['taints']>[number];

export function roomForPod({
  pod,
  nodes,
  pods,
  without,
}: {
  readonly pod: RawPod;
  readonly nodes: readonly RawNode[];
  /** All pods of the cluster that have not ended. */
  readonly pods: readonly RawPod[];
  /** Nodes that take none by then: the plan's own cordons. */
  readonly without: ReadonlySet<string>;
}): RawNode[] {
  const wanted = podAmount(pod, 'requests');
  return takingPods(nodes, without).filter((node) => {
    const name = node.metadata?.name;
    const there = pods.filter((p) => p.spec?.nodeName === name && p.metadata?.uid !== pod.metadata?.uid);
    const used = sum(there.map((p) => podAmount(p, 'requests')));
    const has = amountOf(node.status?.allocatable);
    return (
      selects(pod, node) &&
      (node.spec?.taints ?? []).every((t) => t.effect === 'PreferNoSchedule' || tolerates(pod, t)) &&
      used.cpuMillis + wanted.cpuMillis <= has.cpuMillis &&
      used.memoryBytes + wanted.memoryBytes <= has.memoryBytes &&
      there.length + 1 <= quantity(node.status?.allocatable?.['pods'] ?? '110')
    );
  });
}

const selects = (pod: RawPod, node: RawNode) =>
  Object.entries(pod.spec?.nodeSelector ?? {}).every(([k, v]) => node.metadata?.labels?.[k] === v);

export function tolerates(pod: RawPod, taint: Taint): boolean {
  return (pod.spec?.tolerations ?? []).some(
    (t) =>
      (!t.effect || t.effect === taint.effect) &&
      (!t.key || t.key === taint.key) &&
      (t.operator === 'Exists' || (t.key !== undefined && (t.value ?? '') === (taint.value ?? ''))),
  );
}
