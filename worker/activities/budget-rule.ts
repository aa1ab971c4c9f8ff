import { shareOf } from '../../activities/kit/index.ts';
import type { DisruptionBudget } from '../../config/index.ts';

export interface NodeFacts {
  readonly name: string;
  readonly ready: 'True' | 'False' | 'Unknown';
  readonly unschedulable: boolean;
  /** Whose cordon it is, in words. */
  readonly cordonedBy: string | null;
}

/**
 * Whether one more node may be taken away. A node is away when it is cordoned, whoever did so, or not Ready. The node
 * itself counts once, also when it is away already: to drain what is cordoned still takes from the service.
 */
export function judgeBudget(
  { name, maxAway }: DisruptionBudget,
  { nodes, taking }: { readonly nodes: readonly NodeFacts[]; readonly taking: string },
): { readonly within: boolean; readonly text: string } | undefined {
  if (!nodes.some((node) => node.name === taking)) return undefined;
  const most = shareOf(maxAway, nodes.length);
  const away = nodes.filter((node) => node.name !== taking && why(node) !== undefined);
  const others = away.map((node) => `${node.name} (${why(node)})`).join(', ');
  return {
    within: away.length < most,
    text: `disruption budget "${name}": ${most} of ${nodes.length} nodes may be away; ${
      away.length === 0 ? 'no other is' : `${away.length} ${away.length === 1 ? 'is' : 'are'}: ${others}`
    }`,
  };
}

function why({ ready, unschedulable, cordonedBy }: NodeFacts): string | undefined {
  if (ready === 'False') return 'not Ready';
  if (ready === 'Unknown') return 'does not report';
  return unschedulable ? `cordoned by ${cordonedBy ?? 'somebody'}` : undefined;
}
