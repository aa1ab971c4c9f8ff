import { StepFailure } from '../../kit/index.ts';
import type { ObjectOf, RawPod } from '../client/raw.ts';
import { tooManyBudgets } from '../draining/budgets.ts';
import { isFinished, isMirror, isTerminating, podName } from '../draining/drain-filters.ts';

/** What no waiting lets the eviction API do for a pod. Nothing where it may be asked. */
export function refusedEviction(
  pod: RawPod,
  budgets: readonly ObjectOf<'poddisruptionbudgets'>[],
): StepFailure | undefined {
  if (isMirror(pod)) {
    return refused(pod, 'it mirrors a static pod, which its kubelet makes again', {
      next: `Its manifest is a file on ${pod.spec?.nodeName ?? 'its node'}: move it out of the kubelet's folder there.`,
    });
  }
  const tooMany = asksBudget(pod) ? tooManyBudgets(pod, budgets) : undefined;
  if (tooMany === undefined) return undefined;
  return refused(pod, tooMany, {
    next: 'Narrow the selector of one of them. A delete (kubernetes.deletePod) asks no budget.',
  });
}

/** A pod that does not run yet or any more is let go without a look at its budget (registry/core/pod/storage/eviction.go). */
export const asksBudget = (pod: RawPod): boolean =>
  !isFinished(pod) && pod.status?.phase !== 'Pending' && !isTerminating(pod);

const refused = (pod: RawPod, why: string, { next }: { readonly next: string }) =>
  new StepFailure('refused', `Pod ${podName(pod)} cannot be evicted: ${why}`, { next });
