/** How a scripted change behaves: what it says when planned, what it does, and how a probe finds it after a crash. */
import type { z } from 'zod';
import {
  implementChange,
  type Change,
  type DiffEntry,
  type ImplementedChange,
  type Risk,
  type Undo,
} from '../../activities/kit/index.ts';
import { answerTo, type Answer } from './answer.ts';
import { sampleOf } from './sample.ts';

/** Made by `alreadySo` and `notNeeded`. */
export class WithoutEffect<O> {
  readonly outcome: 'already-satisfied' | 'not-needed';
  readonly output: O;
  constructor(outcome: 'already-satisfied' | 'not-needed', output: O) {
    this.outcome = outcome;
    this.output = output;
  }
}

/** The change finds that it is so already. */
export const alreadySo = <O>(output: O): WithoutEffect<O> => new WithoutEffect('already-satisfied', output);
/** The change finds that the reason for it is gone. */
export const notNeeded = <O>(output: O): WithoutEffect<O> => new WithoutEffect('not-needed', output);

export interface ScriptedPlan<P, S> {
  readonly diff?: readonly DiffEntry[];
  readonly preconditions?: P;
  readonly preimage?: S;
  readonly risk?: Risk;
  readonly warnings?: readonly string[];
}

export interface ScriptedChange<I, O, P, S> {
  /** What it answers when it is carried out; a function may also change the test's own variables. */
  readonly apply: Answer<I, O | WithoutEffect<O>>;
  /** What it says when it is planned. Preconditions and pre-image are made up after their schemas where they are left out. */
  readonly plan?: Answer<I, ScriptedPlan<P, S>>;
  /** Why a probe cannot tell whether it was carried out. Without it the probe knows. */
  readonly probeCannotTell?: string;
  readonly undo?: (preimage: S, of: { readonly input: I; readonly operation: string }) => Undo | undefined;
}

/** The step of a script. Its probe knows what was carried out, by operation. */
export function scriptedChange<
  I extends z.ZodType,
  O extends z.ZodType,
  P extends z.ZodType,
  S extends z.ZodType,
>(
  step: Change<I, O, P, S>,
  script: ScriptedChange<z.output<I>, z.input<O>, z.output<P>, z.output<S>>,
  now: () => number,
): ImplementedChange {
  const { name, preconditions, preimage, summary } = step.contract;
  const carriedOut = new Map<string, z.input<O>>();
  return implementChange(step, {
    plan: async (input) => {
      const said = await answerTo(script.plan ?? {}, input, now());
      return {
        diff: said.diff ?? [{ path: 'state', before: 'as it was', after: summary(input) }],
        preconditions: said.preconditions ?? sampleOf(preconditions, `${name} needs plan.preconditions`),
        preimage: said.preimage ?? sampleOf(preimage, `${name} needs plan.preimage`),
        dryRun: 'server',
        ...(said.risk && { risk: said.risk }),
        warnings: said.warnings ?? [],
      };
    },
    apply: async (input, _, { operation }) => {
      const given = await answerTo(script.apply, input, now());
      if (given instanceof WithoutEffect) return { outcome: given.outcome, output: given.output };
      carriedOut.set(operation, given);
      return { outcome: 'applied', output: given };
    },
    probe: async (_input, _preconditions, { operation }) => {
      if (script.probeCannotTell !== undefined) return { state: 'unknown', reason: script.probeCannotTell };
      return carriedOut.has(operation)
        ? { state: 'applied', output: carriedOut.get(operation)! }
        : { state: 'not-applied' };
    },
    ...(script.undo && { undo: script.undo }),
  });
}
