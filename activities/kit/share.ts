/** So many of a whole: a number, or a percentage of it like `25%`. */
export type Share = number | `${number}%`;

const PERCENTAGE = /^(?:100|[1-9]?[0-9])%$/;

export const isShare = (share: unknown): share is Share =>
  typeof share === 'number'
    ? Number.isInteger(share) && share >= 0
    : typeof share === 'string' && PERCENTAGE.test(share);

/** How many that is of `total`; a percentage is rounded down, as Kubernetes does with maxUnavailable. */
export function shareOf(share: Share, total: number): number {
  if (!isShare(share))
    throw new RangeError(`"${String(share)}" is no share: write a whole number, or a percentage like "25%"`);
  return typeof share === 'number' ? share : Math.floor((total * Number.parseInt(share, 10)) / 100);
}
