import type { PlanContext } from '../../kit/index.ts';

const looked = new WeakMap<PlanContext['earlier'], Map<string, Promise<unknown>>>();

/**
 * What the changes of a plan look at in common is looked at once for all of them: they are handed the same list of the
 * earlier ones. A look that failed is not kept.
 */
export function oncePerPlan<T>(
  { earlier }: Pick<PlanContext, 'earlier'>,
  what: string,
  look: () => Promise<T>,
): Promise<T> {
  const known = looked.get(earlier) ?? new Map<string, Promise<unknown>>();
  looked.set(earlier, known);
  const before = known.get(what);
  if (before) return before as Promise<T>;
  const looking = look();
  known.set(what, looking);
  looking.catch(() => known.delete(what));
  return looking;
}
