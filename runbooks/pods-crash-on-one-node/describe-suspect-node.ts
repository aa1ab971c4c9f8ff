import { kubernetes, type NodeDescription } from '../../activities/kubernetes/contract.ts';
import { finding } from '../../workflows/index.ts';
import { suspect } from '../analysis/blast-radius.ts';
import type { Scene } from './look-at-pods.ts';

/** What the node that the sick share says of itself; undefined when they share none. */
export async function describeSuspectNode({ radius }: Scene): Promise<NodeDescription | undefined> {
  const node = suspect(radius, 'node')?.value;
  if (node === undefined) return undefined;
  const description = await kubernetes.describeNode({ node });
  const { name, ready, pressure, unschedulable, lease } = description;
  finding(`${name} says of itself: Ready ${ready}`, {
    evidence: [
      `pressure: ${pressure.join(', ') || 'none'}`,
      `takes new pods: ${unschedulable ? 'no, it is cordoned' : 'yes'}`,
      lease ? `its kubelet reported ${Math.round(lease.ageSeconds)} s ago` : 'its kubelet has no lease',
    ],
  });
  return description;
}
