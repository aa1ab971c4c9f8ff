/** The little statistics that a benchmark on a shared machine can stand on: medians, ratios of neighbours, a slope. */

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** The middle value; of an even number the mean of the middle two. Throws a RangeError for none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('the median of nothing');
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(half)]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

export const spread = (values: readonly number[]): Spread => ({
  median: median(values),
  least: Math.min(...values),
  most: Math.max(...values),
});

/**
 * Ratios of what was measured side by side: the n-th of one by the n-th of the other, so that what slows the whole
 * machine for a while slows both. Throws a RangeError when there are not equally many.
 */
export function ratioPairs(ours: readonly number[], theirs: readonly number[]): number[] {
  if (ours.length !== theirs.length)
    throw new RangeError(`${ours.length} values cannot be paired with ${theirs.length}`);
  return ours.map((value, i) => value / theirs[i]!);
}

/** What one more of x costs: the slope of the least squares line. Throws a RangeError when all x are the same. */
export function slope(points: readonly { readonly x: number; readonly y: number }[]): number {
  const mean = (of: (p: { x: number; y: number }) => number) =>
    points.reduce((sum, p) => sum + of(p), 0) / points.length;
  const x = mean((p) => p.x);
  const y = mean((p) => p.y);
  const above = points.reduce((sum, p) => sum + (p.x - x) * (p.y - y), 0);
  const below = points.reduce((sum, p) => sum + (p.x - x) ** 2, 0);
  if (!(below > 0)) throw new RangeError('a slope needs two different x');
  return above / below;
}

/**
 * The items between the quartiles by `size`. Their means are robust like a median and, unlike medians, add up: the
 * parts of a whole stay its parts.
 */
export function middleHalf<T>(items: readonly T[], size: (item: T) => number): T[] {
  const sorted = [...items].sort((a, b) => size(a) - size(b));
  const cut = Math.floor(sorted.length / 4);
  return sorted.slice(cut, sorted.length - cut);
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
