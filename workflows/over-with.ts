/** What is no longer owed: put back, or left and listed. */
import type { CarriedOut } from './carry-out-one.ts';
import { run } from './current-run.ts';
import { leave } from './leave.ts';
import type { GrantedPlan } from './plan.ts';

/**
 * The change that a put-back takes away: the one whose undo it is, or else one of its own plan on the same target. What
 * else the run did there, such as looking at it by an approved probe, is none.
 */
export function takenBackBy(granted: GrantedPlan, index: number): CarriedOut | undefined {
  const { step, target } = granted.plannedPutBacks[index]!;
  const undoes = ({ change: { undo } }: CarriedOut) => undo?.step === step && undo.target === target;
  const isOfItsPlan = ({ plan, change }: CarriedOut) =>
    change.target === target && plan.proposal.putBacks === granted.proposal.putBacks;
  return run.carriedOut.find(undoes) ?? run.carriedOut.find(isOfItsPlan);
}

/** What was put back needs no undo any more. */
export function forgetUndone(granted: GrantedPlan, index: number): void {
  const undone = takenBackBy(granted, index);
  if (undone) run.carriedOut.splice(run.carriedOut.indexOf(undone), 1);
}

/** Lists what the put-back would have taken away. From there it goes back, with its check, and by no undo without. */
export async function leftAsItIs(
  granted: GrantedPlan,
  index: number,
  why = `not put back: ${granted.title}`,
): Promise<void> {
  const putBack = granted.plannedPutBacks[index]!;
  const done = takenBackBy(granted, index);
  if (!done) return;
  const { step, version, input, target, risk, summary, preconditions, diff, once, cluster } = putBack;
  const takenAwayBy = { step, version, input, target, risk, summary, preconditions, diff, once, cluster };
  await leave(done.change, { why, takenAwayBy });
  forgetUndone(granted, index);
}
