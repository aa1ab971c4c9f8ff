/** What the disruption budgets over a pod mean for its removal: a delete passes them over, an eviction asks them. */
import type { ObjectOf, RawPod } from '../client/raw.ts';
import type { Pod } from '../contract/pods.ts';
import { bindingBudgets } from '../draining/budgets.ts';
import { asksBudget } from './refused-eviction.ts';
import { labelSelectorMatches } from './label-selector.ts';

/** Undefined when they could not be looked at. */
type Budgets = readonly ObjectOf<'poddisruptionbudgets'>[] | undefined;

export function budgetsPassedOver(o: {
  readonly pod: RawPod;
  readonly summary: Pod;
  readonly budgets: Budgets;
}): string[] {
  const { pod, summary, budgets } = o;
  if (!summary.ready) return [];
  if (!budgets) return ['Whether a PodDisruptionBudget covers it could not be looked at'];
  return budgets
    .filter((b) => labelSelectorMatches(b.spec?.selector, pod.metadata?.labels ?? {}))
    .filter((b) => (b.status?.disruptionsAllowed ?? 0) === 0)
    .map(
      (b) => `PodDisruptionBudget ${b.metadata?.name} allows no disruption now, and a delete does not ask it`,
    );
}

export function budgetsAsked(o: {
  readonly pod: RawPod;
  readonly budgets: Budgets;
  readonly withinSeconds: number;
}): string[] {
  const { pod, budgets, withinSeconds } = o;
  if (!asksBudget(pod)) return [];
  if (!budgets) {
    return ['Which PodDisruptionBudget covers it could not be looked at; its eviction asks it all the same'];
  }
  // How many may go at this moment is left out: it is another number by the time that somebody has said yes.
  return bindingBudgets([pod], budgets).map(({ namespace, name, never }) => {
    const covers = `PodDisruptionBudget ${namespace}/${name} covers it`;
    return never
      ? `${covers}, and it never lets one go`
      : `${covers}: it is asked until it lets the pod go, for ${withinSeconds} s at most`;
  });
}
