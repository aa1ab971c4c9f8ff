import { run } from './current-run.ts';
import { attempt } from './attempt.ts';
import { carryOutOne } from './carry-out.ts';
import type { GrantedPlan } from './plan.ts';

/**
 * Carries out the put-backs of a plan. Each happens only when the check that it names passes in the worker that writes,
 * immediately before; otherwise the run holds and asks.
 */
export async function putBack(granted: GrantedPlan): Promise<void> {
  const owed = owedBy(granted);
  for (const [index, change] of owed.plannedPutBacks.entries()) {
    if (owed.approved && !run.carriedOut.some((c) => c.change.target === change.target)) continue;
    const done = await carryOutOne({ granted: owed, position: { kind: 'put-back', index }, allowSkip: true });
    if (done.state === 'conflict')
      run.journal.say({ kind: 'note', name: 'put-back', text: `Not put back: ${done.message}` }, 'failed');
    else if (!done.skipped) forgetUndone(owed, index);
  }
  settled(owed);
}

/** At the end of a run: puts back what the runbook did not, where its check passes; what is not is a leftover. Asks nobody. */
export async function putBackOwed(): Promise<void> {
  for (const granted of [...run.owedPutBacks]) {
    for (const [index, change] of granted.plannedPutBacks.entries()) {
      if (!run.carriedOut.some((c) => c.change.target === change.target)) continue;
      const entry = run.journal.begin({
        kind: 'change',
        name: change.step,
        text: change.summary,
        facts: { target: change.target, 'at the end': true },
      });
      const tried = await attempt(granted, { kind: 'put-back', index });
      if (tried.state === 'done') {
        entry.end('ok', { facts: { outcome: tried.outcome } });
        forgetUndone(granted, index);
      } else entry.end('failed', { facts: { outcome: 'left as it is', message: tried.message } });
    }
    settled(granted);
  }
}

/** After a conflict the put-backs moved to the plan that was asked again. */
function owedBy(granted: GrantedPlan): GrantedPlan {
  return (
    run.owedPutBacks.find(
      (p) => p.title === granted.title && p.proposal.putBacks === granted.proposal.putBacks,
    ) ?? granted
  );
}

/** What was put back needs no undo any more. */
function forgetUndone(granted: GrantedPlan, index: number): void {
  const putBack = granted.plannedPutBacks[index]!;
  const undone = run.carriedOut.findIndex(
    (c) => c.change.undo?.step === putBack.step && c.change.undo.target === putBack.target,
  );
  if (undone >= 0) run.carriedOut.splice(undone, 1);
}

function settled(granted: GrantedPlan): void {
  const index = run.owedPutBacks.indexOf(granted);
  if (index >= 0) run.owedPutBacks.splice(index, 1);
}
