import type { Taken } from '../../kit/index.ts';
import type { RawNode } from '../client/raw.ts';
import type { Disrupted, Over } from '../contract/disruption.ts';
import { whyAway } from './away-node.ts';

const ZONE = 'topology.kubernetes.io/zone';

/**
 * The cluster, zone or pool that a change takes a node from. The node itself counts as one that is taken, also when it is
 * away already: to drain what is cordoned still takes from service. Nothing where an earlier change of the plan took it.
 */
export function nodeGroup(
  over: Over,
  nodes: readonly RawNode[],
  { taking, before }: { readonly taking: Taken; readonly before: readonly Taken[] },
): Disrupted | undefined {
  const taken = nodes.find((node) => node.metadata?.name === taking.node);
  const takenBefore = new Set(before.map((b) => b.node));
  if (!taken || takenBefore.has(taking.node)) return undefined;
  const name = groupName(over, taken);
  const members = nodes.filter((node) => groupName(over, node) === name);
  const who = members
    .filter((node) => node !== taken)
    .flatMap((node) => {
      const what = node.metadata?.name ?? '';
      const away = whyAway(node);
      if (away) return [{ what, ...away }];
      return takenBefore.has(what) ? [{ what, why: 'taken by this plan before it', operation: null }] : [];
    })
    .sort((a, b) => (a.what < b.what ? -1 : 1));
  return {
    budget: over.budget,
    name,
    things: 'nodes',
    wanted: members.length,
    takes: 1,
    away: who.length,
    who,
    noRoom: [],
  };
}

/** What is not labelled is a group of its own, so that no node is left out. */
function groupName({ per, nodes, labels }: Over, node: RawNode): string {
  const has = node.metadata?.labels ?? {};
  if (per === 'zone') return has[ZONE] ? `zone ${has[ZONE]}` : 'no zone';
  if (per === 'node-pool') {
    const label = labels.find((l) => has[l]);
    return label ? `node pool ${has[label]}` : 'no node pool';
  }
  return nodes ? `"${nodes}"` : 'the cluster';
}
