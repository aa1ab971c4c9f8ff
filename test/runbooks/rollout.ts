/** Revisions and rollouts as the steps give them, of which a test says only what matters. */
export const revision = (
  number: number,
  {
    current = number === 2,
    image = `shop:${number}`,
    created = '2026-11-21T02:45:00.000Z',
  }: { current?: boolean; image?: string; created?: string } = {},
) => ({
  revision: number,
  name: `shop-${number}`,
  uid: `rs-${number}`,
  templateHash: `hash-${number}`,
  created,
  changeCause: null,
  images: [image],
  replicas: null,
  ready: null,
  current,
});

/** A rollout of two pods. */
export const rollout = (isComplete: boolean) => {
  const pods = isComplete ? 2 : 1;
  return {
    verdict: isComplete ? ('pass' as const) : ('fail' as const),
    reason: isComplete ? 'all are available' : '1 of 2 are available',
    state: isComplete ? ('complete' as const) : ('progressing' as const),
    desired: 2,
    updated: 2,
    ready: pods,
    available: pods,
    revision: 2,
  };
};
