import { MAX_FACTS } from './journal.ts';
import type { TopologyFacts } from './messages.ts';

type Seen = Omit<TopologyFacts, 'left' | 'leftBroken'>;

const MOST = { pods: 60, nodes: 60, services: 10, calls: 10 };

/**
 * As much of what was seen as can be drawn and as the journal keeps whole: what is broken goes first. Nodes are those
 * that a shown pod stands on, and those that are broken.
 */
export function topologyFacts(seen: Seen): TopologyFacts {
  const sorted = seen.pods.toSorted((a, b) => Number(b.broken) - Number(a.broken));
  const services = seen.services
    .slice(0, MOST.services)
    .map((service) => ({ ...service, calls: service.calls.slice(0, MOST.calls) }));
  let most = { pods: Math.min(sorted.length, MOST.pods), nodes: MOST.nodes };
  for (;;) {
    const facts = drawn({ ...seen, services, pods: sorted }, most);
    if (JSON.stringify(facts).length <= MAX_FACTS) return facts;
    if (most.pods > 0) most = { ...most, pods: most.pods - 1 };
    else if (facts.nodes.length > 0) most = { ...most, nodes: facts.nodes.length - 1 };
    else return facts;
  }
}

function drawn(seen: Seen, most: { readonly pods: number; readonly nodes: number }): TopologyFacts {
  const [pods, left] = [seen.pods.slice(0, most.pods), seen.pods.slice(most.pods)];
  const homes = new Set(pods.map(({ node }) => node));
  const nodes = seen.nodes
    .filter(({ name, broken }) => broken || homes.has(name))
    .toSorted((a, b) => Number(b.broken) - Number(a.broken))
    .slice(0, most.nodes);
  const leftBroken = left.filter(({ broken }) => broken).length;
  return { services: seen.services, pods, nodes, left: left.length, leftBroken };
}
