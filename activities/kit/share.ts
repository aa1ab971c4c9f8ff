/** So many of a whole: a number, or a percentage of it like `25%`. */
export type Share = number | `${number}%`;

const PERCENTAGE = /^(?:100|[1-9]?[0-9])%$/;

export const isShare = (share: unknown): share is Share =>
  typeof share === 'number'
    ? Number.isInteger(share) && share >= 0
    : typeof share === 'string' && PERCENTAGE.test(share);

/**
 * How many that is of `total`. A percentage is rounded down and is one at least, as a Deployment's maxUnavailable is, which
 * could never move otherwise (ResolveFenceposts); `0%` is none.
 */
export function shareOf(share: Share, total: number): number {
  if (!isShare(share))
    throw new RangeError(`"${String(share)}" is no share: write a whole number, or a percentage like "25%"`);
  if (typeof share === 'number') return share;
  const percent = Number.parseInt(share, 10);
  return percent === 0 ? 0 : Math.max(1, Math.floor((total * percent) / 100));
}
