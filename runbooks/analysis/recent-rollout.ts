import type { Revision } from '../../activities/kubernetes/contract.ts';

/** A rollout that began shortly before the trouble, and the revision to go back to. */
export interface Rollout {
  readonly deployment: string;
  readonly revision: number;
  readonly secondsBefore: number;
  readonly previous: { readonly revision: number; readonly templateHash: string } | undefined;
  readonly words: string;
}

const JUST_BEFORE_SECONDS = 600;

/** The present revision, when it was made in the ten minutes before `since`. A revision made later did not start it. */
export function recentRollout(
  history: { workload: { name: string }; paused: boolean; revisions: readonly Revision[] },
  since: string | undefined,
): Rollout | undefined {
  const current = history.revisions.find((r) => r.current);
  if (!current || since === undefined) return undefined;
  const secondsBefore = Math.round((Date.parse(since) - Date.parse(current.created)) / 1000);
  if (secondsBefore < 0 || secondsBefore > JUST_BEFORE_SECONDS) return undefined;
  const before = history.revisions
    .filter((r) => r.revision < current.revision && r.templateHash !== null)
    .sort((a, b) => b.revision - a.revision)[0];
  const cause = current.changeCause ? ` (${current.changeCause})` : '';
  return {
    deployment: history.workload.name,
    revision: current.revision,
    secondsBefore,
    previous: before && { revision: before.revision, templateHash: before.templateHash! },
    words: `revision ${current.revision} of ${history.workload.name}${cause} was made ${secondsBefore} s before the first crash`,
  };
}
