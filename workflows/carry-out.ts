/**
 * Carrying out a granted plan, change by change, in order.
 *
 * 1. Each change is handed to the change worker once; the worker checks the grant and writes the intent before it acts.
 * 2. An attempt without an answer is settled by its probe before anything else; nothing is tried again by itself once
 *    an intent was written.
 * 3. A conflict (what the person saw no longer holds) asks again with a new plan for what is left.
 * 4. A change that failed holds the run, or does what `onFailure` says; one of which nobody can tell always holds.
 * 5. Between changes the run may be stopped; within one it is not.
 */
import type { OnFailure, Position } from '../activities/kit/index.ts';
import { approve } from './approve.ts';
import { carryOutOne } from './carry-out-one.ts';
import { run } from './current-run.ts';
import { safePoint } from './safe-point.ts';
import {
  isApproved,
  type Changes,
  type GrantedPlan,
  type OptionalOutputs,
  type OptionalTriedOutputs,
  type Outputs,
  type PartlyGrantedPlan,
  type TriedOutputs,
} from './plan.ts';
import { historyRoom } from './history-room.ts';
import { plan } from './propose.ts';
import { assumedOutputs, isTrying } from './trying.ts';

export interface CarryOutOptions {
  /** Lets a person skip a change that fails; its output is then undefined. */
  readonly allowSkip?: boolean;
  /**
   * What happens when a change fails and is certainly not done: `hold` when absent; `abort` throws ChangeFailed; `continue`
   * goes on with the next one, and answers of each whether it was done.
   */
  readonly onFailure?: OnFailure;
}

/** Carries out the plan's approved changes in order and answers their outputs as a tuple. */
export async function carryOut<C extends Changes>(
  granted: PartlyGrantedPlan<C>,
  options: CarryOutOptions & { readonly onFailure: 'continue' },
): Promise<OptionalTriedOutputs<C>>;
export async function carryOut<C extends Changes>(
  granted: GrantedPlan<C>,
  options: CarryOutOptions & { readonly onFailure: 'continue' },
): Promise<TriedOutputs<C>>;
export async function carryOut<C extends Changes>(
  granted: PartlyGrantedPlan<C>,
  options?: WithoutContinue,
): Promise<OptionalOutputs<C>>;
export async function carryOut<C extends Changes>(
  granted: GrantedPlan<C>,
  options: WithoutContinue & { readonly allowSkip: true },
): Promise<OptionalOutputs<C>>;
export async function carryOut<C extends Changes>(
  granted: GrantedPlan<C>,
  options?: WithoutContinue,
): Promise<Outputs<C>>;
export async function carryOut(
  granted: GrantedPlan,
  { allowSkip = false, onFailure = 'hold' }: CarryOutOptions = {},
): Promise<unknown[]> {
  if (isTrying()) return assumedOutputs(granted, onFailure);
  const outputs = Array<unknown>(granted.planned.length).fill(undefined);
  let current = granted;
  /** Where each change of the current plan stands in the first one. */
  let places = [...granted.planned.keys()];
  sayNotApproved(granted);
  for (let index = 0; index < current.planned.length; index++) {
    if (!isApproved(current, index)) continue;
    await safePoint();
    await historyRoom.ahead();
    const position: Position = { kind: 'change', index };
    const done = await carryOutOne({ granted: current, position, allowSkip, onFailure });
    if (done.state === 'conflict') {
      const left = [...places.keys()].filter((i) => i >= index && isApproved(current, i));
      current = await askAgain(current, left, done.message);
      places = left.map((i) => places[i]!);
      sayNotApproved(current);
      index = -1;
      continue;
    }
    const { output, failed } = done;
    const tried = failed ? { ok: false, ...failed } : { ok: true, value: output };
    outputs[places[index]!] = onFailure === 'continue' ? tried : output;
  }
  return outputs;
}

type WithoutContinue = CarryOutOptions & { readonly onFailure?: 'hold' | 'abort' };

function sayNotApproved(granted: GrantedPlan): void {
  for (const [index, change] of granted.planned.entries()) {
    if (isApproved(granted, index)) continue;
    const facts = { target: change.target, outcome: 'not approved', plan: granted.digest.ordinal };
    run.journal.say({ kind: 'change', name: change.step, text: change.summary, facts }, 'skipped');
  }
}

/** A new plan for what is left, asked with the options of the old one; the put-backs move over to it. */
async function askAgain(
  granted: GrantedPlan,
  left: readonly number[],
  conflict: string,
): Promise<GrantedPlan> {
  const { changes, putBacks, atTheEnd } = granted.proposal;
  const done = changes.length - left.length;
  const again = await plan({
    title: granted.title,
    because: `**What you approved no longer holds:** ${conflict}\n\n${done ? `This is what is left: ${left.length} of ${changes.length} changes.` : 'Nothing of it was carried out.'}\n\n${granted.because}`,
    changes: left.map((index) => changes[index]!),
    putBacks,
    atTheEnd,
    insteadOf: granted.digest.ordinal,
  });
  const granting = await approve(again, granted.asked);
  // Only now: until there is a new grant, the old one covers putting back what was done.
  const owed = run.owedPutBacks.indexOf(granted);
  if (owed >= 0) run.owedPutBacks.splice(owed, 1);
  return granting;
}
