/** One change of a granted plan, until it is over. */
import { CancelledFailure } from '@temporalio/workflow';
import type { FailedKind, OnFailure, PlannedChange, Position } from '../activities/kit/index.ts';
import { artefactsIn } from './artefacts-in.ts';
import { attempt, attemptByHand, type Attempted } from './attempt.ts';
import { attemptInTurn } from './attempt-in-turn.ts';
import { run } from './current-run.ts';
import { adopted } from './hands.ts';
import { handsOff, isInHands } from './hands-off.ts';
import { heldAt, type HoldAnswer } from './held.ts';
import { chainOf, changeAt, type GrantedPlan } from './plan.ts';
import { safePoint } from './safe-point.ts';

/** What this run, or a person in its place, has done: the rest was so before, and is not the run's to undo. */
const MADE: readonly string[] = ['applied', 'by-hand'];

/** A change that took effect in this run, with where it stands in which plan. */
export interface CarriedOut {
  readonly plan: GrantedPlan;
  readonly position: Position;
  readonly change: PlannedChange;
}

/** A change failed, was not done, and `onFailure` was `'abort'`. Uncaught it fails the run. */
export class ChangeFailed extends Error {
  override readonly name = 'ChangeFailed';
  readonly kind: FailedKind;

  constructor(message: string, kind: FailedKind) {
    super(message);
    this.kind = kind;
  }
}

/** How one change ended for its plan. */
export type One =
  | {
      readonly state: 'over';
      readonly skipped: boolean;
      readonly output: unknown;
      /** Not done, and the run goes on without it. */
      readonly failed?: { readonly kind: FailedKind; readonly message: string };
    }
  | { readonly state: 'conflict'; readonly message: string };

/** One change until it is over: done, skipped by a person, failed where that may be, or found in conflict. */
export async function carryOutOne(o: {
  granted: GrantedPlan;
  position: Position;
  allowSkip: boolean;
  onFailure?: OnFailure;
}): Promise<One> {
  const { granted, position, onFailure = 'hold' } = o;
  // Whoever copes with a failure copes with a person's skip.
  const allowSkip = o.allowSkip || onFailure === 'continue';
  const change = changeAt(granted, position);
  const entry = run.journal.begin({
    kind: 'change',
    name: change.step,
    text: change.summary,
    facts: { target: change.target, risk: change.risk, plan: granted.digest.ordinal },
  });
  let seen = granted.givenBack;
  /** Whoever had the run since the plan was made may have made the change: also while it waited for its turn. */
  const lookedFirst = async (): Promise<Attempted> => {
    for (;;) {
      if (isInHands()) await handsOff();
      if (run.givenBack === seen) return attempt(granted, position);
      seen = run.givenBack;
      const byHand = await adopted(granted, position);
      if (byHand) return byHand;
    }
  };
  const inTurn = () =>
    attemptInTurn(lookedFirst).catch((error: unknown) => {
      entry.end('skipped', {
        facts: { outcome: 'waited', message: 'the run ended while this waited its turn' },
      });
      throw error;
    });
  let tried = await inTurn();
  for (;;) {
    if (tried.state === 'done') {
      if (MADE.includes(tried.outcome) && position.kind === 'change')
        run.carriedOut.unshift({ plan: granted, position, change });
      entry.end('ok', { facts: { outcome: tried.outcome, ...artefactsIn(tried.output) } });
      return { state: 'over', skipped: false, output: tried.output };
    }
    if (tried.state === 'conflict') {
      entry.end('failed', { facts: { outcome: 'conflict', message: tried.message } });
      return tried;
    }
    if (tried.state === 'stopped') {
      entry.end('skipped', { facts: { outcome: 'stopped', message: tried.message } });
      run.end({ outcome: 'stopped', reason: tried.message });
      throw new CancelledFailure(tried.message);
    }
    if (run.outcome) await safePoint();
    const failed = failureOf(tried);
    if (failed && onFailure !== 'hold') {
      entry.end('failed', { facts: { outcome: 'failed', message: failed.message } });
      if (onFailure === 'abort') throw new ChangeFailed(`${change.summary}: ${failed.message}`, failed.kind);
      return { state: 'over', skipped: true, output: undefined, failed };
    }
    const { state, message } = tried;
    const { answer, person, givenBack } = await heldAt({
      what: change.summary,
      error: new Error(message),
      options: answersTo(tried, allowSkip),
      from: chainOf(granted.asked),
    }).catch((error: unknown) => {
      entry.end('failed', { facts: { outcome: state, message } });
      throw error;
    });
    await safePoint();
    if (answer === 'skip') {
      entry.end('skipped', { facts: { outcome: 'skipped', person } });
      const kind = failed?.kind ?? 'unknown-outcome';
      return {
        state: 'over',
        skipped: true,
        output: undefined,
        failed: { kind, message: `${person} skipped it: ${message}` },
      };
    }
    tried = answer === 'by-hand' ? await attemptByHand(granted, position, person) : await inTurn();
    if (givenBack && tried.state === 'not-done') tried = await inTurn();
  }
}

/** What a person may answer: a change whose outcome is unknown is never simply tried again; trying again looks first. */
function answersTo(tried: Attempted, allowSkip: boolean): readonly HoldAnswer[] {
  const skip = allowSkip ? (['skip'] as const) : [];
  return tried.state === 'final' ? ['by-hand', ...skip, 'abort'] : ['retry', 'by-hand', ...skip, 'abort'];
}

/** Why it was certainly not done; nothing where nobody can tell. */
function failureOf(tried: Attempted): { kind: FailedKind; message: string } | undefined {
  if (tried.state === 'not-done') return { kind: tried.kind, message: tried.message };
  return tried.state === 'final' ? { kind: 'refused', message: tried.message } : undefined;
}
