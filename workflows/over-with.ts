/** What is no longer owed: put back, or left and listed. */
import { run } from './current-run.ts';
import { leave } from './leave.ts';
import type { GrantedPlan } from './plan.ts';

/** What was put back needs no undo any more. */
export function forgetUndone(granted: GrantedPlan, index: number): void {
  const putBack = granted.plannedPutBacks[index]!;
  const undone = run.carriedOut.findIndex(
    (c) => c.change.undo?.step === putBack.step && c.change.undo.target === putBack.target,
  );
  if (undone >= 0) run.carriedOut.splice(undone, 1);
}

/** Lists what the put-back would have taken away. From there it goes back, with its check, and by no undo without. */
export async function leftAsItIs(
  granted: GrantedPlan,
  index: number,
  why = `not put back: ${granted.title}`,
): Promise<void> {
  const putBack = granted.plannedPutBacks[index]!;
  const done = run.carriedOut.find((c) => c.change.target === putBack.target);
  if (!done) return;
  const { step, version, input, target, risk, summary, preconditions, diff } = putBack;
  const takenAwayBy = { step, version, input, target, risk, summary, preconditions, diff };
  await leave(done.change, { why, takenAwayBy });
  forgetUndone(granted, index);
}
