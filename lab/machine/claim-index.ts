import { withLock } from '../../embedded/lock.ts';
import { layoutOf, MOST_LABS, SERVICE_CIDR, type Layout } from '../layout.ts';
import { rangesOverlap } from './address-range.ts';
import { createBridge, listLinks, usedRanges } from './network.ts';

const MACHINE_LOCK = '/run/lock/nightshift-lab.lock';

/**
 * Finds the first index whose address ranges nobody on this machine uses and makes the lab's bridge,
 * which is the claim: the addresses on it are seen by the next lab that looks.
 * `beforeClaim` runs before the bridge exists, so that the state names it first.
 */
export async function claimIndex(
  lab: { name: string; stateDirectory: string },
  beforeClaim: (layout: Layout) => Promise<void>,
): Promise<Layout> {
  return withLock(MACHINE_LOCK, async () => {
    const used = (await usedRanges()).filter((range) => !rangesOverlap(range, SERVICE_CIDR));
    await refuseTakenName(lab);
    for (let index = 0; index < MOST_LABS; index++) {
      const layout = layoutOf({ ...lab, index });
      if (used.some((range) => rangesOverlap(range, layout.nodeCidr) || rangesOverlap(range, layout.podCidr)))
        continue;
      await beforeClaim(layout);
      await createBridge(layout);
      return layout;
    }
    throw new Error(
      `no free addresses for a lab: 10.99.0-${MOST_LABS - 1}.0/24 or 10.244-${243 + MOST_LABS}.0.0/16 are all in use on this machine`,
    );
  });
}

async function refuseTakenName(lab: { name: string; stateDirectory: string }): Promise<void> {
  const { bridge } = layoutOf({ ...lab, index: 0 });
  const taken = (await listLinks()).find(({ ifname }) => ifname === bridge);
  if (!taken) return;
  throw new Error(
    `a lab named "${lab.name}" already runs on this machine (its state is in ${taken.ifalias ?? 'an unknown place'}); take another name, or take that one down`,
  );
}
