import type { DrainPreview } from '../../activities/kubernetes/contract.ts';

/** Why a drain cannot go through as it is. */
export interface Obstacle {
  readonly reason: string;
  readonly evidence: readonly string[];
}

/** What stands against emptying these nodes, all of it at once; undefined when nothing does. A budget that only makes it wait is none. */
export function obstacleTo(previews: readonly DrainPreview[]): Obstacle | undefined {
  const found = previews.flatMap((preview) => {
    const refused = preview.refused.map((p) => `${preview.node}: ${p.namespace}/${p.name}, ${p.why}`);
    const never = preview.budgets
      .filter((b) => b.never)
      .map((b) => `${preview.node}: PodDisruptionBudget ${b.namespace}/${b.name} (${b.because})`);
    const evidence = [...refused, ...never];
    return evidence.length > 0 ? [{ node: preview.node, evidence }] : [];
  });
  if (found.length === 0) return undefined;
  const evidence = found.flatMap((f) => f.evidence);
  return {
    reason: `${found.map((f) => f.node).join(', ')} cannot be emptied: ${evidence.length} ${evidence.length === 1 ? 'thing stands' : 'things stand'} against it.`,
    evidence,
  };
}

/** The distinct workloads whose pods a drain moves, as `rolloutStatus` takes them. A Job's pods or a bare pod are nobody's rollout. */
export function movedWorkloads({ evict }: DrainPreview) {
  const KINDS = ['Deployment', 'StatefulSet'] as const;
  const all = evict.flatMap(({ namespace, workload }) => {
    const kind = KINDS.find((k) => k === workload?.kind);
    return kind && workload ? [{ namespace, kind, name: workload.name }] : [];
  });
  return [...new Map(all.map((w) => [`${w.namespace}/${w.kind}/${w.name}`, w])).values()];
}
