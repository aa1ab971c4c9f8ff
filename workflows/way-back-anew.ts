/**
 * Put-backs and undos whose approval no longer fits: the target is not as it was shown, or the grant is over. They are
 * planned against the present state and people are asked for exactly that. After a no, or silence, the run holds: it asks
 * again, believes a person who did it by hand when the probe agrees, or lists what stays as left.
 */
import { isCancellation } from '@temporalio/workflow';
import type { Position } from '../activities/kit/index.ts';
import { approve } from './approve.ts';
import { attemptByHand } from './attempt.ts';
import { run } from './current-run.ts';
import { failureMessage } from './failure-message.ts';
import { heldAt } from './held.ts';
import { chainOf, changeAt, type GrantedPlan, type Plan, type ProposedWayBack } from './plan.ts';
import { planOnce } from './propose.ts';

/** The way back of one change, and the grant that covered it. */
export interface WayBack {
  readonly granted: GrantedPlan;
  /** Where it stands in that plan. */
  readonly position: Position;
  readonly proposed: ProposedWayBack;
  /** It is done: nothing is owed any more. */
  forget(): void;
  /** It stays undone, and is listed as left. */
  leave(): Promise<void>;
}

/**
 * Answers the new grant, its put-backs being what is still to do of these, or nothing when nothing is. All of them come
 * from one plan, and go back as one.
 */
export async function approvedAnew(
  owed: readonly [WayBack, ...WayBack[]],
  { as, conflict }: { readonly as: 'Put back' | 'Undo'; readonly conflict: string },
): Promise<GrantedPlan | undefined> {
  const { granted } = owed[0];
  let remaining: readonly WayBack[] = owed;
  let why = conflict;
  for (;;) {
    const planned = remaining;
    const putBacks = planned.map((w) => w.proposed);
    const checked = putBacks.some((p) => p.check) ? ', each only once its check passes' : '';
    let latest: Plan | undefined;
    try {
      latest = await planOnce({
        title: `${as}: ${granted.title.replace(/^(Put back|Undo): /, '')}`,
        because: `**The approval of this ${as === 'Undo' ? 'undo' : 'put-back'} no longer holds:** ${why}\n\nThis is what it would do now${checked}.`,
        changes: [],
        putBacks,
        // An undo holds its own target only; the rest of what its plan holds stays as it is.
        ...(as === 'Put back' && { insteadOf: granted.digest.ordinal }),
      });
      if (latest.plannedPutBacks.every((p) => p.diff.length === 0)) {
        remaining = await doneByHand({ latest, planned, remaining, person: 'somebody else' });
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
        what: remaining.map((w) => w.proposed.change.summary).join('; '),
        error: new Error(why),
        options: ['retry', 'by-hand', 'skip'],
        from: chainOf(granted.asked),
      });
      if (answer === 'retry') break;
      if (answer === 'skip') {
        for (const wayBack of remaining) await wayBack.leave();
        return undefined;
      }
      remaining = await doneByHand({ latest, planned, remaining, person });
      if (remaining.length === 0) return undefined;
      why = 'looking at the target shows that it is not done';
    }
  }
}

/** Which of them are still to be done, after somebody did them by hand; the probe is asked about each. */
async function doneByHand(o: {
  /** How they look now, where they could be planned; for these, in this order. */
  latest: Plan | undefined;
  planned: readonly WayBack[];
  remaining: readonly WayBack[];
  person: string;
}): Promise<readonly WayBack[]> {
  const { latest, planned, remaining, person } = o;
  const undone: WayBack[] = [];
  for (const wayBack of remaining) {
    const { granted } = wayBack;
    const shown = latest ? { ...granted, ...latest } : granted;
    const position = latest
      ? ({ kind: 'put-back', index: planned.indexOf(wayBack) } as const)
      : wayBack.position;
    const change = changeAt(shown, position);
    const { step, summary, target } = position.kind === 'undo' ? change.undo! : change;
    const entry = run.journal.begin({
      kind: 'change',
      name: step,
      text: summary,
      facts: { target, plan: shown.digest.ordinal, by: person },
    });
    const tried = await attemptByHand(shown, position, person);
    if (tried.state === 'done') {
      entry.end('ok', { facts: { outcome: tried.outcome } });
      wayBack.forget();
    } else {
      entry.end('failed', { facts: { outcome: 'not done', message: tried.message } });
      undone.push(wayBack);
    }
  }
  return undone;
}
