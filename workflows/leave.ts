import type { PlannedChange } from '../activities/kit/index.ts';
import { ordinary } from './calls.ts';
import { run } from './current-run.ts';

/**
 * Lists what a change did as left behind, with its owner and what would take it away. The same twice is one; what a
 * temporary change left is listed since it took effect.
 */
export async function leave(
  change: PlannedChange,
  { why, takenAwayBy = change.undo }: { why: string; takenAwayBy?: PlannedChange['undo'] },
): Promise<void> {
  const { target, step, summary } = change;
  await ordinary.leave({ what: summary, why, target, step, owner: run.owner, undo: takenAwayBy });
}
