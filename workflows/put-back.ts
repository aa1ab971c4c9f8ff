import { attempt } from './attempt.ts';
import { attemptInTurn } from './attempt-in-turn.ts';
import { carryOutOne, type One } from './carry-out-one.ts';
import { run } from './current-run.ts';
import { forgetUndone, leftAsItIs, takenBackBy } from './over-with.ts';
import type { GrantedPlan } from './plan.ts';
import { assume, isTrying } from './trying.ts';
import { approvedAnew, type WayBack } from './way-back-anew.ts';

/**
 * Carries out the put-backs of a plan. Each happens only when the check that it names passes in the worker that writes,
 * immediately before; otherwise the run holds and asks. Where what was approved no longer holds, or the grant is over,
 * they are planned anew and people are asked for exactly that. Answers whether nothing of them is left.
 */
export async function putBack(granted: GrantedPlan): Promise<boolean> {
  if (isTrying()) {
    for (const { summary } of granted.plannedPutBacks) assume(`${summary} is done`);
    return true;
  }
  const owed = owedBy(granted);
  if (!owed) return true;
  return putBackAll(owed, (current, index) =>
    carryOutOne({ granted: current, position: { kind: 'put-back', index }, allowSkip: true }),
  );
}

/** Lets what a plan changed stay, because a person said so: its put-backs are over, and it is listed as left. */
export async function leaveInPlace(granted: GrantedPlan, why: string): Promise<void> {
  if (isTrying()) return granted.plannedPutBacks.forEach(({ summary }) => assume(`${summary} is not done`));
  const owed = owedBy(granted);
  if (!owed) return;
  for (const [index, { summary }] of owed.plannedPutBacks.entries()) {
    if (!isOwed(owed, index)) continue;
    run.journal.say({
      kind: 'note',
      name: 'left',
      text: `Left as it is, and listed: not "${summary}": ${why}`,
    });
    await leftAsItIs(owed, index, why);
  }
  settled(owed);
}

/**
 * At the end of a run: puts back what the runbook did not. Where the check does not pass nobody is asked: it is listed as
 * left. A conflict is put before people here as well. What only the runbook may put back is left; after a run that
 * `endedEarly` its undo is offered instead.
 */
export async function putBackOwed({ endedEarly }: { readonly endedEarly: boolean }): Promise<void> {
  for (const granted of [...run.owedPutBacks]) {
    if (granted.proposal.atTheEnd !== 'leave') await putBackAll(granted);
    else if (!endedEarly)
      await leaveInPlace(granted, `the run ended before it was put back: ${granted.title}`);
  }
}

/** Until each is put back, or listed as left. Answers whether none was left. */
export async function putBackAll(
  granted: GrantedPlan,
  carryOut: (current: GrantedPlan, index: number) => Promise<One> = atTheEnd,
): Promise<boolean> {
  let current = granted;
  let all = true;
  let left = [...granted.plannedPutBacks.keys()].filter((index) => isOwed(granted, index));
  while (left.length) {
    const [index, ...others] = left as [number, ...number[]];
    const done = await carryOut(current, index);
    if (done.state === 'conflict') {
      const owed = left.map((i) => wayBack(current, i, () => (all = false))) as [WayBack, ...WayBack[]];
      const again = await approvedAnew(owed, { as: 'Put back', conflict: done.message });
      if (!again) break;
      settled(current);
      current = again;
      left = [...again.plannedPutBacks.keys()];
      continue;
    }
    if (done.skipped) {
      all = false;
      await leftAsItIs(current, index);
    } else forgetUndone(current, index);
    left = others;
  }
  settled(current);
  return all;
}

const wayBack = (granted: GrantedPlan, index: number, isLeft: () => void): WayBack => ({
  granted,
  position: { kind: 'put-back', index },
  proposed: granted.proposal.putBacks[index]!,
  forget: () => forgetUndone(granted, index),
  leave: () => {
    isLeft();
    return leftAsItIs(granted, index);
  },
});

async function atTheEnd(granted: GrantedPlan, index: number): Promise<One> {
  const change = granted.plannedPutBacks[index]!;
  const entry = run.journal.begin({
    kind: 'change',
    name: change.step,
    text: change.summary,
    facts: { target: change.target, 'at the end': true },
  });
  const tried = await attemptInTurn(() => attempt(granted, { kind: 'put-back', index }));
  if (tried.state === 'done') {
    entry.end('ok', { facts: { outcome: tried.outcome } });
    return { state: 'over', skipped: false, output: tried.output };
  }
  const outcome = tried.state === 'conflict' ? 'conflict' : 'left as it is';
  entry.end('failed', { facts: { outcome, message: tried.message } });
  if (tried.state !== 'conflict') run.notPutBack.push(`${change.summary}: ${tried.message}`);
  return tried.state === 'conflict' ? tried : { state: 'over', skipped: true, output: undefined };
}

/** A put-back of something that was never done is not owed: a part of the plan was approved, or the run ended before. */
function isOwed(granted: GrantedPlan, index: number): boolean {
  const whole = !granted.approved && !run.outcome;
  return whole || takenBackBy(granted, index) !== undefined;
}

/** After a conflict the put-backs moved to the plan that was asked again; nothing once they are over. */
const owedBy = (granted: GrantedPlan): GrantedPlan | undefined =>
  run.owedPutBacks.find(
    (p) => p.title === granted.title && p.proposal.putBacks === granted.proposal.putBacks,
  );

function settled(granted: GrantedPlan): void {
  const index = run.owedPutBacks.indexOf(granted);
  if (index >= 0) run.owedPutBacks.splice(index, 1);
}
