import type { z } from 'zod';
import type { Duration } from './duration.ts';
import type { Risk } from './risk.ts';
import type { Verdict } from './verdict.ts';

declare const output: unique symbol;

/** A change as a value: what would be done to what. Nothing happens until it was proposed, granted and carried out. */
export interface ProposedChange<Out = unknown> {
  readonly step: string;
  readonly version: number;
  readonly input: unknown;
  readonly target: string;
  readonly risk: Risk;
  readonly summary: string;
  readonly [output]?: Out;
  /** This change as a put-back: carried out later, only once the named check has passed after the fix. */
  once<I extends z.ZodType>(
    check: CheckingRead<I>,
    input: z.input<I>,
    options: { readonly maxAge: Duration },
  ): ProposedPutBack<Out>;
  /** This change, with a check that must have passed no longer than `maxAge` before it is undone. */
  undoOnce<I extends z.ZodType>(
    check: CheckingRead<I>,
    input: z.input<I>,
    options: { readonly maxAge: Duration },
  ): ProposedChange<Out>;
  readonly undoCheck?: ProposedPutBack['check'];
  /** Type only: makes `await cordonNode(...)` a compile error. A change is a value: give it to `propose`. */
  then?(this: never, use: 'propose()'): never;
}

/** A change that undoes another of its plan, tied to the check that must have passed, and been asked no longer than `maxAge` before the write. */
export interface ProposedPutBack<Out = unknown> {
  readonly change: ProposedChange<Out>;
  readonly check: { readonly step: string; readonly input: unknown; readonly maxAge: Duration };
  readonly [output]?: Out;
}

/** A read step whose output is a verdict: what `once` and `check` can wait for. */
export interface CheckingRead<I extends z.ZodType = z.ZodType> {
  readonly contract: {
    readonly effect: 'read';
    readonly name: string;
    readonly input: I;
    readonly output: z.ZodType<Verdict>;
    summary(input: z.output<I>): string;
  };
}
