import { kubernetes } from '../../activities/kubernetes/contract.ts';
import { finding } from '../../workflows/index.ts';
import { obstacleTo, type Obstacle } from '../analysis/can-be-emptied.ts';
import type { Maintenance } from './maintenance.ts';

/** Are the nodes there, and could each be emptied? Nothing is touched before all have been looked at. */
export async function lookAtNodes(
  wanted: readonly string[],
  { deleteEmptyDirData, force }: Maintenance,
): Promise<Obstacle | undefined> {
  const { nodes } = await kubernetes.listNodes({});
  const unknown = wanted.filter((name) => !nodes.some((n) => n.name === name));
  if (unknown.length > 0) {
    return {
      reason: `There is no node ${unknown.join(', ')}.`,
      evidence: nodes.map((n) => n.name),
    };
  }
  const previews = await Promise.all(
    wanted.map((node) => kubernetes.previewDrain({ node, deleteEmptyDirData, force })),
  );
  finding(`${wanted.length} nodes were looked at before any is touched`, {
    evidence: previews.map(
      (p) =>
        `${p.node}: ${p.evict.length} pods to evict, ${p.ignored.length} stay, ${p.refused.length} refused`,
    ),
  });
  return obstacleTo(previews);
}
