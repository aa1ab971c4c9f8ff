import { kubernetes } from '../../activities/kubernetes/contract.ts';
import { finding } from '../../workflows/index.ts';
import { nodeOutage } from '../analysis/node-outage.ts';
import type { Story } from '../write-up.ts';

/** A pod tolerates an unreachable node for five minutes where its owner has not said otherwise. */
const EVICTED_AFTER_MS = 300_000;

interface Described {
  /** True when the node is Ready, or there is none. */
  readonly over: boolean;
  /** True when it is not this node that is to be looked at. */
  readonly elsewhere: boolean;
  readonly because: string;
  /** What it means for what runs there, in a sentence. */
  readonly consequence: string;
  readonly cordonedBy: string | null;
  readonly story: Story;
}

/** Is it real, is it this node, since when, what changed, and what does it mean for the pods? */
export async function describeOutage(node: string): Promise<Described> {
  const { nodes } = await kubernetes.listNodes({});
  const outage = nodeOutage(nodes, node);
  const brief = nodes.find((n) => n.name === node);
  finding(outage.because, { evidence: nodes.slice(0, 30).map((n) => `${n.name}: Ready ${n.ready}`) });
  const story = { title: `${node} is not Ready`, impact: outage.because, began: brief?.since };
  const described = {
    over: outage.spread === 'none',
    elsewhere: outage.spread === 'zone' || outage.spread === 'many',
    because: outage.because,
    consequence: '',
    cordonedBy: brief?.cordonedBy ?? null,
    story,
  };
  if (outage.spread !== 'one') return { ...described, because: withAdvice(outage) };

  const [{ pods, conditions }, { events }] = await Promise.all([
    kubernetes.describeNode({ node }),
    kubernetes.listEvents({ object: { kind: 'Node', name: node }, minutes: 60, limit: 50 }),
  ]);
  const flaps = events.filter((e) => e.reason === 'NodeNotReady').reduce((sum, e) => sum + e.count, 0);
  const consequence = consequenceFor(pods.length, brief?.since);
  finding(`${node} has not reported since ${brief?.since ?? 'an unknown time'}`, {
    evidence: [
      consequence,
      `it went NotReady ${Math.max(1, flaps)} times in the last hour`,
      ...conditions.map((c) => `${c.type}: ${c.status}, ${c.reason}: ${c.message}`),
    ],
  });
  return { ...described, consequence, story: { ...story, impact: consequence } };
}

function consequenceFor(pods: number, since: string | undefined): string {
  const evicted = since
    ? ` Those that may move are evicted from ${new Date(Date.parse(since) + EVICTED_AFTER_MS).toISOString().slice(11, 19)} UTC on.`
    : '';
  return `${pods} pods are on it; they may well run, and take no traffic.${evicted}`;
}

function withAdvice({ spread, because }: ReturnType<typeof nodeOutage>): string {
  if (spread === 'zone') return `${because} Look at that zone: its network and its power.`;
  if (spread === 'many')
    return `${because} Look at the control plane, and at what was rolled out to all nodes.`;
  return because;
}
