/**
 * Put-backs whose approval no longer fits: the target is not as it was shown, or the grant is over. They are planned
 * against the present state and people are asked for exactly that. After a no, or silence, the run holds: it asks again,
 * believes a person who did it by hand when the probe agrees, or lists what stays as left.
 */
import { isCancellation } from '@temporalio/workflow';
import { approve } from './approve.ts';
import { attemptByHand } from './attempt.ts';
import { run } from './current-run.ts';
import { failureMessage } from './failure-message.ts';
import { heldAt } from './held.ts';
import { forgetUndone, leftAsItIs } from './over-with.ts';
import { askedOf, type GrantedPlan, type Plan } from './plan.ts';
import { planOnce } from './propose.ts';

/** Answers the new grant, or nothing when there is nothing left to carry out. `left` are places among the put-backs. */
export async function putBackAnew(
  granted: GrantedPlan,
  left: readonly number[],
  conflict: string,
): Promise<GrantedPlan | undefined> {
  let remaining = left;
  let why = conflict;
  for (;;) {
    const putBacks = remaining.map((index) => granted.proposal.putBacks[index]!);
    const planned = remaining;
    let latest: Plan | undefined;
    try {
      latest = await planOnce({
        title: `Put back: ${granted.title.replace(/^Put back: /, '')}`,
        because: `**The approval of this put-back no longer holds:** ${why}\n\nThis is what it would do now, each only once its check passes.`,
        changes: [],
        putBacks,
        insteadOf: granted.digest.ordinal,
      });
      if (latest.plannedPutBacks.every((p) => p.diff.length === 0)) {
        remaining = await doneByHand({ granted, latest, planned, remaining, person: 'somebody else' });
        if (remaining.length === 0) return undefined;
        if (remaining.length < putBacks.length) continue;
      }
      return await approve(latest, { ...granted.asked, inPart: false, onSilence: 'abort' });
    } catch (error) {
      if (isCancellation(error)) throw error;
      why = failureMessage(error);
    }
    for (;;) {
      const { answer, person } = await heldAt({
        what: remaining.map((index) => granted.plannedPutBacks[index]!.summary).join('; '),
        error: new Error(why),
        options: ['retry', 'by-hand', 'skip'],
        from: askedOf(granted.asked),
      });
      if (answer === 'retry') break;
      if (answer === 'skip') {
        for (const index of remaining) await leftAsItIs(granted, index);
        return undefined;
      }
      remaining = await doneByHand({ granted, latest, planned, remaining, person });
      if (remaining.length === 0) return undefined;
      why = 'looking at the target shows that it is not done';
    }
  }
}

/** Which of them are still to be done, after somebody did them by hand; the probe is asked about each. */
async function doneByHand(o: {
  granted: GrantedPlan;
  /** How they look now, where they could be planned; for these places, in this order. */
  latest: Plan | undefined;
  planned: readonly number[];
  remaining: readonly number[];
  person: string;
}): Promise<readonly number[]> {
  const { granted, latest, planned, remaining, person } = o;
  const shown = latest ? { ...granted, ...latest } : granted;
  const undone: number[] = [];
  for (const index of remaining) {
    const position = { kind: 'put-back', index: latest ? planned.indexOf(index) : index } as const;
    const change = shown.plannedPutBacks[position.index]!;
    const entry = run.journal.begin({
      kind: 'change',
      name: change.step,
      text: change.summary,
      facts: { target: change.target, plan: shown.digest.ordinal, by: person },
    });
    const tried = await attemptByHand(shown, position, person);
    if (tried.state === 'done') {
      entry.end('ok', { facts: { outcome: tried.outcome } });
      forgetUndone(granted, index);
    } else {
      entry.end('failed', { facts: { outcome: 'not done', message: tried.message } });
      undone.push(index);
    }
  }
  return undone;
}
