import type { Pod } from '../../activities/kubernetes/contract.ts';

/** The pods that this workload's controllers made; never by name or label, which others can carry too. */
export const podsOf = (
  pods: readonly Pod[],
  { kind, name }: { readonly kind: string; readonly name: string },
): readonly Pod[] => pods.filter((p) => p.workload?.kind === kind && p.workload.name === name);

/** A pod with its identity, as steps take it. */
export const refOf = ({ namespace, name, uid }: Pod) => ({ namespace, name, uid });
