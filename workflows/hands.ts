/**
 * A run that a person has taken over waits: nothing is read, planned, asked or changed until it is given back. Its open
 * questions are withdrawn. Given back it asks anew, and of what it was about to change it first looks whether that person
 * has done it by hand.
 */
import { CancellationScope } from '@temporalio/workflow';
import { attemptByHand, type Attempted } from './attempt.ts';
import { ordinary } from './calls.ts';
import { run } from './current-run.ts';
import type { OpenEntry } from './journal.ts';
import type { GrantedPlan } from './plan.ts';
import type { Position } from '../activities/kit/index.ts';

let waiting: OpenEntry | undefined;

/** Anybody can send the signal; what counts is what the ledger says. */
export async function handsChanged(): Promise<void> {
  const { hands } = await CancellationScope.nonCancellable(() => ordinary.orders());
  // An answer that was under way while they changed again says nothing new.
  if (hands.turn <= run.hands.turn) return;
  const { taken, by, reason } = hands;
  run.hands = hands;
  if (taken) {
    run.handledBy = by;
    waiting ??= run.journal.begin(
      { kind: 'wait', name: by, text: `${by} has taken the run over: ${reason}`, facts: { person: by } },
      'waiting',
    );
    return;
  }
  run.givenBack++;
  run.handledBy ||= by;
  waiting?.end('ok', { facts: { 'given back by': by, did: reason } });
  waiting = undefined;
  run.journal.say({ kind: 'note', name: 'given back', text: `${by} has given the run back: ${reason}` });
}

/** Looks whether the person who had the run has made this change; nothing when they have not, or nobody can tell. */
export async function adopted(
  granted: GrantedPlan,
  position: Position,
): Promise<Extract<Attempted, { state: 'done' }> | undefined> {
  const tried = await attemptByHand(granted, position, run.handledBy);
  return tried.state === 'done' ? tried : undefined;
}
