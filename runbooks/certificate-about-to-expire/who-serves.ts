import type { Pod, ServedAt } from '../../activities/kubernetes/contract.ts';
import type { WorkloadKind } from '../../activities/kubernetes/contract/identity.ts';

const KINDS: readonly WorkloadKind[] = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** The one workload whose pods serve the old certificate; or why there is none to restart. */
export function whoServes(
  pods: readonly Pod[],
  stale: readonly ServedAt[],
): { readonly workload?: { readonly kind: WorkloadKind; readonly name: string }; readonly because: string } {
  const serving = pods.filter((p) => stale.some((s) => s.pod?.uid === p.uid));
  const owners = new Map(serving.map((p) => [`${p.workload?.kind} ${p.workload?.name}`, p.workload]));
  const [owner] = owners.values();
  const kind = KINDS.find((k) => k === owner?.kind);
  if (owners.size !== 1 || !owner || !kind) {
    return {
      because:
        owners.size > 1
          ? `It is served by ${owners.size} workloads (${[...owners.keys()].join(', ')}): which to restart first is for a person to say.`
          : 'Who made the pods that serve it is not known: nothing would start them again.',
    };
  }
  return {
    workload: { kind, name: owner.name },
    because: `${kind} ${owner.name} reads its certificate at its start: ${serving.length} pods are replaced, as a rollout does.`,
  };
}
