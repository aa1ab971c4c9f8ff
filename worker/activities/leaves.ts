import type { ImplementedChange } from '../../activities/kit/index.ts';
import type { NewLeftover } from '../../ledger/api.ts';
import type { ApplyRequest } from '../../workflows/engine-activities.ts';

/** How long something may stay before its owner is asked about it. */
export const LEFT_FOR_MS = 24 * 60 * 60 * 1000;

/** A temporary state is listed as left from the moment it exists until it is put back, so that a run that dies leaves no secret. */
export function leavesOf(
  { position, change, plan, owner }: ApplyRequest,
  { contract }: ImplementedChange,
): NewLeftover | undefined {
  if (position.kind !== 'change' || !contract.temporary) return undefined;
  return { what: change.summary, why: plan.title, owner, lastsMs: LEFT_FOR_MS, undo: change.undo };
}
