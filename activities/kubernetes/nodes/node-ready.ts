import { implementRead, type Verdict } from '../../kit/index.ts';
import type { NodeDescription } from '../contract/nodes.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { nodeDescription } from './describe-node.ts';

/** A kubelet renews its lease every 10 s; twice missed is no longer "just reported". */
const FRESH_SECONDS = 25;

export const nodeReady = ({ api }: KubernetesClient) =>
  implementRead(kubernetes.nodeReady, async ({ node: name, readyFor }, context) => {
    const [node, lease] = await Promise.all([
      api.find('nodes', { name }, context),
      api.find('leases', { namespace: 'kube-node-lease', name }, context),
    ]);
    if (!node) return { verdict: 'fail', reason: `there is no node ${name}` };
    const now = new Date();
    return judgeNode(nodeDescription({ node, pods: [], lease, now }), { readyFor, now });
  });

/** Ready, without pressure, heard of just now, and for so many seconds. A lease that nobody renews makes it `unknown`. */
export function judgeNode(
  node: Pick<NodeDescription, 'name' | 'ready' | 'conditions' | 'pressure' | 'lease'>,
  { readyFor, now }: { readonly readyFor: number; readonly now: Date },
): Verdict {
  const { name, ready, pressure, lease } = node;
  const condition = node.conditions.find((c) => c.type === 'Ready');
  if (ready !== 'True') {
    const said = condition?.message || condition?.reason;
    return {
      verdict: ready === 'False' ? 'fail' : 'unknown',
      reason: `${name} is not Ready${said ? `: ${said}` : ''}`,
    };
  }
  if (lease !== null && lease.ageSeconds > FRESH_SECONDS) {
    return {
      verdict: 'unknown',
      reason: `${name} says Ready, but its kubelet was last heard of ${lease.ageSeconds} s ago`,
    };
  }
  if (pressure.length > 0) return { verdict: 'fail', reason: `${name} has ${pressure.join(', ')}` };
  const seconds = condition?.since ? Math.floor((now.getTime() - Date.parse(condition.since)) / 1_000) : 0;
  return seconds < readyFor
    ? { verdict: 'fail', reason: `${name} has been Ready for ${seconds} s, ${readyFor} s are wanted` }
    : { verdict: 'pass', reason: `${name} has been Ready for ${seconds} s` };
}
