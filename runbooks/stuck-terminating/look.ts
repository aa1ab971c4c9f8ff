import type { Verdict } from '../../activities/kit/index.ts';
import { kubernetes, type Deletions } from '../../activities/kubernetes/contract.ts';
import { nameOf, obstacleOf, type Obstacle } from '../analysis/stuck-deletion.ts';

export interface Looked {
  readonly deletions: Deletions;
  readonly obstacle: Obstacle;
}

/** What is being deleted there now, and what keeps it. */
export async function look(o: {
  readonly namespace: string;
  readonly afterSeconds: number;
}): Promise<Looked> {
  const [deletions, { apis }, { nodes }] = await Promise.all([
    kubernetes.deletions({ namespace: o.namespace }),
    kubernetes.unavailableApis({}),
    kubernetes.listNodes({}),
  ]);
  const obstacle = obstacleOf({ deletions, apis, nodes, afterSeconds: o.afterSeconds });
  return { deletions, obstacle };
}

/** Is what was mended out of the way: all gone, or something else in front of it? */
export function outOfTheWay(mended: Obstacle, { deletions, obstacle }: Looked): Verdict {
  const before = nameOf(mended);
  if (obstacle.kind === 'none') return { verdict: 'pass', reason: 'all of it has gone' };
  if (obstacle.kind === 'unclear') {
    return {
      verdict: 'fail',
      reason: `${before} is out of the way, and ${deletions.objects.length} objects and the namespace (${deletions.state}) are still there`,
    };
  }
  if (nameOf(obstacle) !== before) {
    return { verdict: 'pass', reason: `${before} is out of the way; next is ${nameOf(obstacle)}` };
  }
  return isOfOthers(mended, obstacle)
    ? { verdict: 'pass', reason: `${before} is off what was mended; next are other objects with it` }
    : { verdict: 'fail', reason: `${before} is still in the way` };
}

/** A plan is about so many objects, and others may wait for the same. */
function isOfOthers(mended: Obstacle, now: Obstacle): boolean {
  if (mended.kind !== 'finalizer' || now.kind !== 'finalizer') return false;
  const uids = new Set(mended.objects.map((o) => o.uid));
  return !now.objects.some((o) => uids.has(o.uid));
}
