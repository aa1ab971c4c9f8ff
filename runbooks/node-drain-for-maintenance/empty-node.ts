import { kubernetes, type DrainPreview, type NodeDescription } from '../../activities/kubernetes/contract.ts';
import type { Verdict } from '../../activities/kit/index.ts';
import { approve, carryOut, check, finding, propose, type GrantedPlan } from '../../workflows/index.ts';
import { movedWorkloads, obstacleTo, type Obstacle } from '../analysis/can-be-emptied.ts';
import { ASK } from '../platform-oncall.ts';
import type { Maintenance } from './maintenance.ts';

/** A node that is empty, with the plan under which it is put back and what it was like before. */
export interface Emptied {
  readonly node: string;
  readonly granted: GrantedPlan;
  readonly before: NodeDescription;
}

type Workloads = ReturnType<typeof movedWorkloads>;

/** Cordons the node and evicts its pods, then waits until what was moved is well elsewhere. */
export async function emptyNode(
  maintenance: Maintenance,
  { node, place }: { node: string; place: string },
): Promise<Emptied | Obstacle> {
  const { deleteEmptyDirData, force, reason, drainWithinSeconds, withinSeconds } = maintenance;
  const drain = () =>
    kubernetes.drainNode({ node, deleteEmptyDirData, force, withinSeconds: drainWithinSeconds });
  const [preview, before] = await Promise.all([
    kubernetes.previewDrain({ node, deleteEmptyDirData, force }),
    kubernetes.describeNode({ node }),
  ]);
  const obstacle = obstacleTo([preview]);
  if (obstacle) return obstacle;
  const well = await wellBefore(movedWorkloads(preview));

  const plan = await propose(
    `Empty ${node} (${place}) for ${reason}`,
    [kubernetes.cordonNode({ node, reason }), drain()],
    {
      because: inWords(preview),
      putBack: [kubernetes.uncordonNode({ node }).once(kubernetes.nodeReady, { node }, { maxAge: '30s' })],
      // The node is Ready while people work on it: only their word says that it may come back.
      atTheEnd: 'leave',
    },
  );
  const granted = await approve(plan, ASK);
  let [, { left }] = await carryOut(granted);
  while (left.length > 0) {
    const names = left.map((p) => `- ${p.namespace}/${p.name}: ${p.why}`).join('\n');
    const further = await propose(`Go on emptying ${node}: ${left.length} pods are still there`, [drain()], {
      because: `${node} is cordoned, and not empty yet:\n\n${names}`,
    });
    [{ left }] = await carryOut(await approve(further, ASK));
  }

  await check(`What left ${node} is well elsewhere`, () => areWell(well), { within: `${withinSeconds}s` });
  finding(`${node} is empty`, {
    evidence: [`${preview.evict.length} pods moved`, `${preview.ignored.length} stay`],
  });
  return { node, granted, before };
}

/** What is not well before cannot show whether the drain hurt it: it is named and not waited for. */
async function wellBefore(workloads: Workloads): Promise<Workloads> {
  const statuses = await Promise.all(workloads.map((w) => kubernetes.rolloutStatus(w)));
  const sick = workloads.flatMap((w, i) =>
    statuses[i]!.verdict === 'pass' ? [] : [`${w.namespace}/${w.name}: ${statuses[i]!.reason}`],
  );
  if (sick.length > 0) finding(`${sick.length} workloads were not well before the drain`, { evidence: sick });
  return workloads.filter((_, i) => statuses[i]!.verdict === 'pass');
}

async function areWell(workloads: Workloads): Promise<Verdict> {
  const statuses = await Promise.all(workloads.map((w) => kubernetes.rolloutStatus(w)));
  const not = statuses.findIndex((s) => s.verdict !== 'pass');
  return not < 0
    ? { verdict: 'pass', reason: `${workloads.length} workloads are complete` }
    : { verdict: statuses[not]!.verdict, reason: `${workloads[not]!.name}: ${statuses[not]!.reason}` };
}

function inWords({ evict, ignored, budgets, noRoom }: DrainPreview): string {
  return [
    `${evict.length} pods leave the node, ${ignored.length} stay.`,
    ...budgets.map((b) => `- budget ${b.namespace}/${b.name}: ${b.because}`),
    ...(noRoom.length > 0 ? [`- no other node seems to have room for ${noRoom.join(', ')}`] : []),
    'The node stays cordoned until the work on it is done, and is put back when it is Ready.',
  ].join('\n');
}
