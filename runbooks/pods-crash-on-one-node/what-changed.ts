import { kubernetes } from '../../activities/kubernetes/contract.ts';
import { finding } from '../../workflows/index.ts';
import { likelyTrigger } from '../analysis/likely-trigger.ts';
import { recentRollout, type Rollout } from '../analysis/recent-rollout.ts';
import type { Incident } from './incident.ts';
import type { Scene } from './look-at-pods.ts';

/** What changed in the ten minutes before, a rollout of the service among it? Answers that rollout. */
export async function whatChanged({ namespace }: Incident, scene: Scene): Promise<Rollout | undefined> {
  const [changed, rollout] = await Promise.all([
    kubernetes.whatChanged({ minutes: minutesToLookBack(scene.since) }),
    rolloutOf(namespace, scene),
  ]);
  const trigger = likelyTrigger(changed.changes, scene.since);
  finding(`What changed before: ${trigger.summary}`, {
    evidence: [
      ...trigger.candidates.slice(0, 8).map((c) => `${c.secondsBefore} s before: ${c.change.summary}`),
      ...(rollout ? [rollout.words] : ['no new revision was rolled out just before']),
      ...changed.notSeen.map((reason) => `not seen: ${reason}`),
    ],
  });
  return rollout;
}

/** Ten minutes before the first sign of trouble, which itself may be a while ago. */
function minutesToLookBack(since: string | undefined): number {
  const ago = since === undefined ? 0 : Math.max(0, Date.now() - Date.parse(since)) / 60_000;
  return Math.min(120, Math.ceil(ago) + 10);
}

async function rolloutOf(namespace: string, { pods, sick, since }: Scene): Promise<Rollout | undefined> {
  const workloads = new Set(
    (sick.length > 0 ? sick : pods).map((p) => p.workload?.kind === 'Deployment' && p.workload.name),
  );
  const [name] = workloads;
  if (workloads.size !== 1 || !name) return undefined;
  return recentRollout(await kubernetes.rolloutHistory({ namespace, name }), since);
}
