import { kubernetes, type NodeDescription } from '../../activities/kubernetes/contract.ts';
import { check, finding, note, putBack } from '../../workflows/index.ts';
import type { Emptied } from './empty-node.ts';
import type { Maintenance } from './maintenance.ts';

/** Waits until the node is Ready and puts it back. Answers why it is not back, or nothing. */
export async function bringBack(
  { withinSeconds }: Maintenance,
  { node, granted, before }: Emptied,
): Promise<string | undefined> {
  await check(
    `${node} is Ready`,
    kubernetes.nodeReady,
    { node, readyFor: 5 },
    { within: `${withinSeconds}s` },
  );
  const after = await kubernetes.describeNode({ node });
  finding(`What the work on ${node} has changed`, { evidence: changes(before, after) });
  await putBack(granted);
  const now = await kubernetes.describeNode({ node });
  if (!now.unschedulable) return undefined;
  if (before.unschedulable) {
    note(`${node} was cordoned by somebody else before this run, and still is.`);
    return undefined;
  }
  return `${node} is still cordoned.`;
}

function changes(before: NodeDescription, after: NodeDescription): string[] {
  const fields = ['kubeletVersion', 'kernelVersion', 'containerRuntime'] as const;
  const differ = fields.filter((f) => before[f] !== after[f]).map((f) => `${f}: ${before[f]} → ${after[f]}`);
  const booted = before.bootID === after.bootID ? 'it was not rebooted' : 'it was rebooted';
  return [booted, ...(before.uid === after.uid ? [] : ['it is another node of the same name']), ...differ];
}
