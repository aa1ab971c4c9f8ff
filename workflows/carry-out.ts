/**
 * Carrying out a granted plan, change by change, in order.
 *
 * 1. Each change is handed to the change worker once; the worker checks the grant and writes the intent before it acts.
 * 2. An attempt without an answer is settled by its probe before anything else; nothing is tried again by itself once
 *    an intent was written.
 * 3. A conflict (what the person saw no longer holds) asks again with a new plan for what is left.
 * 4. Between changes the run may be stopped; within one it is not.
 */
import { CancelledFailure, CancellationScope } from '@temporalio/workflow';
import type { PlannedChange, Position } from '../activities/kit/index.ts';
import { approve } from './approve.ts';
import { run } from './current-run.ts';
import { attemptByHand, type Attempted } from './attempt.ts';
import { attemptInTurn } from './attempt-in-turn.ts';
import { heldAt, type HoldAnswer } from './held.ts';
import {
  askedOf,
  changeAt,
  isApproved,
  type Changes,
  type GrantedPlan,
  type OptionalOutputs,
  type Outputs,
  type PartlyGrantedPlan,
} from './plan.ts';
import { plan } from './propose.ts';

/** A change that took effect in this run, with where it stands in which plan. */
export interface CarriedOut {
  readonly plan: GrantedPlan;
  readonly position: Position;
  readonly change: PlannedChange;
}

export interface CarryOutOptions {
  /** Lets a person skip a change that fails; its output is then undefined. */
  readonly allowSkip?: boolean;
}

/** Carries out the plan's approved changes in order and answers their outputs as a tuple. */
export async function carryOut<C extends Changes>(
  granted: PartlyGrantedPlan<C>,
  options?: CarryOutOptions,
): Promise<OptionalOutputs<C>>;
export async function carryOut<C extends Changes>(
  granted: GrantedPlan<C>,
  options: CarryOutOptions & { readonly allowSkip: true },
): Promise<OptionalOutputs<C>>;
export async function carryOut<C extends Changes>(
  granted: GrantedPlan<C>,
  options?: CarryOutOptions,
): Promise<Outputs<C>>;
export async function carryOut(
  granted: GrantedPlan,
  { allowSkip = false }: CarryOutOptions = {},
): Promise<unknown[]> {
  const outputs = Array<unknown>(granted.planned.length).fill(undefined);
  let current = granted;
  /** Where each change of the current plan stands in the first one. */
  let places = [...granted.planned.keys()];
  sayNotApproved(granted);
  for (let index = 0; index < current.planned.length; index++) {
    if (!isApproved(current, index)) continue;
    await safePoint();
    const position: Position = { kind: 'change', index };
    const done = await carryOutOne({ granted: current, position, allowSkip });
    if (done.state === 'conflict') {
      const left = [...places.keys()].filter((i) => i >= index && isApproved(current, i));
      current = await askAgain(current, left, done.message);
      places = left.map((i) => places[i]!);
      sayNotApproved(current);
      index = -1;
      continue;
    }
    outputs[places[index]!] = done.output;
  }
  return outputs;
}

function sayNotApproved(granted: GrantedPlan): void {
  for (const [index, change] of granted.planned.entries()) {
    if (isApproved(granted, index)) continue;
    const facts = { target: change.target, outcome: 'not approved', plan: granted.digest.ordinal };
    run.journal.say({ kind: 'change', name: change.step, text: change.summary, facts }, 'skipped');
  }
}

/** How one change ended for its plan. */
export type One =
  | { readonly state: 'over'; readonly skipped: boolean; readonly output: unknown }
  | { readonly state: 'conflict'; readonly message: string };

/** One change until it is over: done, skipped by a person, or found in conflict. */
export async function carryOutOne(o: {
  granted: GrantedPlan;
  position: Position;
  allowSkip: boolean;
}): Promise<One> {
  const { granted, position, allowSkip } = o;
  const change = changeAt(granted, position);
  const entry = run.journal.begin({
    kind: 'change',
    name: change.step,
    text: change.summary,
    facts: { target: change.target, risk: change.risk, plan: granted.digest.ordinal },
  });
  const over = (status: 'ok' | 'skipped', output: unknown, facts: Record<string, unknown>): One => {
    entry.end(status, { facts });
    return { state: 'over', skipped: status === 'skipped', output };
  };
  const inTurn = () =>
    attemptInTurn(granted, position).catch((error: unknown) => {
      entry.end('skipped', {
        facts: { outcome: 'waited', message: 'the run ended while this waited its turn' },
      });
      throw error;
    });
  let tried = await inTurn();
  for (;;) {
    if (tried.state === 'done') {
      if (tried.outcome !== 'not-needed' && position.kind === 'change')
        run.carriedOut.unshift({ plan: granted, position, change });
      return over('ok', tried.output, { outcome: tried.outcome });
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
    const { answer, person } = await heldAt({
      what: change.summary,
      error: new Error(tried.message),
      options: answersTo(tried, allowSkip),
      from: askedOf(granted.asked),
    }).catch((error: unknown) => {
      entry.end('failed', { facts: { outcome: tried.state, message: messageOf(tried) } });
      throw error;
    });
    if (answer === 'skip') return over('skipped', undefined, { outcome: 'skipped', person });
    tried = answer === 'by-hand' ? await attemptByHand(granted, position, person) : await inTurn();
  }
}

/** What a person may answer: a change whose outcome is unknown is never simply tried again; trying again looks first. */
function answersTo(tried: Attempted, allowSkip: boolean): readonly HoldAnswer[] {
  const skip = allowSkip ? (['skip'] as const) : [];
  return tried.state === 'final' ? ['by-hand', ...skip, 'abort'] : ['retry', 'by-hand', ...skip, 'abort'];
}

const messageOf = (tried: Attempted): string => ('message' in tried ? tried.message : '');

/** A new plan for what is left, asked with the options of the old one; the put-backs move over to it. */
async function askAgain(
  granted: GrantedPlan,
  left: readonly number[],
  conflict: string,
): Promise<GrantedPlan> {
  const { changes, putBacks } = granted.proposal;
  const done = changes.length - left.length;
  const again = await plan({
    title: granted.title,
    because: `**What you approved no longer holds:** ${conflict}\n\n${done ? `This is what is left: ${left.length} of ${changes.length} changes.` : 'Nothing of it was carried out.'}\n\n${granted.because}`,
    changes: left.map((index) => changes[index]!),
    putBacks,
    insteadOf: granted.digest.ordinal,
  });
  const granting = await approve(again, granted.asked);
  // Only now: until there is a new grant, the old one covers putting back what was done.
  const owed = run.owedPutBacks.indexOf(granted);
  if (owed >= 0) run.owedPutBacks.splice(owed, 1);
  return granting;
}

async function safePoint(): Promise<void> {
  // The run is over for its runbook (a sibling of a Promise.all failed): nothing more of this branch happens.
  if (run.outcome) await new Promise(() => {});
  if (CancellationScope.current().consideredCancelled)
    throw new CancelledFailure('the run was asked to stop');
}
