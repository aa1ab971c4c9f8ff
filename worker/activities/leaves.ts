import { milliseconds, type ImplementedChange, type PlannedChange } from '../../activities/kit/index.ts';
import type { NewLeftover } from '../../ledger/api.ts';
import type { ApplyRequest } from '../../workflows/engine-activities.ts';
import { inputOf } from './clusters.ts';

/** How long something may stay before its owner is asked about it. */
export const LEFT_FOR_MS = 24 * 60 * 60 * 1000;

/**
 * A temporary state is listed as left from the moment it exists until it is put back or ends by itself, so that a run
 * that dies leaves no secret.
 */
export function leavesOf(
  { position, change, plan, owner }: ApplyRequest,
  { contract }: ImplementedChange,
): NewLeftover | undefined {
  if (position.kind !== 'change' || !contract.temporary) return undefined;
  const endsMs = endsAfterMs(change, contract);
  const lastsMs = Math.min(LEFT_FOR_MS, endsMs ?? LEFT_FOR_MS);
  return { what: change.summary, why: plan.title, owner, lastsMs, endsMs, undo: change.undo };
}

function endsAfterMs(change: PlannedChange, { endsAfter, input }: ImplementedChange['contract']) {
  if (!endsAfter) return undefined;
  const parsed = input.safeParse(inputOf(change));
  return parsed.success ? milliseconds(endsAfter(parsed.data)) : undefined;
}
