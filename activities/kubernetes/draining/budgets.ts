import type { ObjectOf, RawPod } from '../client/raw.ts';
import type { Budget } from '../contract/draining.ts';
import { labelSelectorMatches } from '../removal/label-selector.ts';

type RawBudget = ObjectOf<'poddisruptionbudgets'>;

/** The budgets that cover a pod. */
export const budgetsOf = (pod: RawPod, budgets: readonly RawBudget[]): RawBudget[] =>
  budgets.filter(
    (b) =>
      b.metadata?.namespace === pod.metadata?.namespace &&
      labelSelectorMatches(b.spec?.selector, pod.metadata?.labels ?? {}),
  );

export const budgetName = ({ metadata }: RawBudget): string =>
  `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;

/** Why the eviction API answers an error for a pod, whatever its budgets allow: it takes one budget at most. */
export function tooManyBudgets(pod: RawPod, budgets: readonly RawBudget[]): string | undefined {
  const over = budgetsOf(pod, budgets);
  if (over.length < 2) return undefined;
  return `${over.map(budgetName).join(' and ')} both cover it, and the eviction API refuses such a pod`;
}

/** Each budget that covers some of these pods, with how far it lets them go. */
export function bindingBudgets(pods: readonly RawPod[], budgets: readonly RawBudget[]): Budget[] {
  return budgets.flatMap((budget) => {
    const covered = pods.filter((p) => budgetsOf(p, [budget]).length > 0).length;
    if (covered === 0) return [];
    const {
      disruptionsAllowed = 0,
      currentHealthy = 0,
      desiredHealthy = 0,
      expectedPods = 0,
    } = budget.status ?? {};
    // With every pod healthy it would still allow none; a status that nobody has written yet says nothing.
    const never = expectedPods > 0 && desiredHealthy >= expectedPods;
    const numbers = `${currentHealthy} of ${expectedPods} pods are healthy, ${desiredHealthy} have to be`;
    return [
      {
        namespace: budget.metadata?.namespace ?? '',
        name: budget.metadata?.name ?? '',
        allowed: disruptionsAllowed,
        pods: covered,
        never,
        because: never ? `${numbers}: it never lets one go` : `${numbers}: ${disruptionsAllowed} may go now`,
      },
    ];
  });
}
