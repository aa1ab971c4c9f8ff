import type { RawNode } from '../client/raw.ts';
import { cordonedByWhom, cordonOf } from '../nodes/cordon-state.ts';
import { statusOf } from '../nodes/describe-node.ts';

/**
 * Taints of those who take a node away without a cordon: https://karpenter.sh/docs/concepts/disruption/ (and its name
 * before v1), the cluster autoscaler, https://kubernetes.io/docs/reference/labels-annotations-taints/.
 */
const TAKEN_BY: Readonly<Record<string, string>> = {
  ToBeDeletedByClusterAutoscaler: 'being removed by the cluster autoscaler',
  'karpenter.sh/disrupted': 'being removed by Karpenter',
  'karpenter.sh/disruption': 'being removed by Karpenter',
  'node.cloudprovider.kubernetes.io/shutdown': 'shut down at its cloud',
  'node.kubernetes.io/out-of-service': 'out of service',
};

/** Why a node is away, whoever took it; undefined for one that is there. `operation`: whose cordon, when it is nightshift's. */
export function whyAway(node: RawNode): { why: string; operation: string | null } | undefined {
  const ready = statusOf(node.status?.conditions?.find((c) => c.type === 'Ready')?.status);
  const others = (why: string) => ({ why, operation: null });
  if (ready === 'False') return others('not Ready');
  if (ready === 'Unknown') return others('does not report');
  if (node.metadata?.deletionTimestamp) return others('being deleted');
  const taint = node.spec?.taints?.find(({ key }) => Object.hasOwn(TAKEN_BY, key));
  if (taint) return others(TAKEN_BY[taint.key]!);
  if (!node.spec?.unschedulable) return undefined;
  return { why: `cordoned by ${cordonedByWhom(node)}`, operation: cordonOf(node).cordonedBy };
}
