/**
 * A contract says what a step is: its name, the schemas of what goes in and comes out, its effect, and for a change
 * its risk, target, preconditions and pre-image. It is data plus a thin call, with neither Temporal nor I/O in it, so
 * runbooks, worker, gateway and documentation all import the same one.
 */
import type { z } from 'zod';
import { caller } from './binding.ts';
import type { Watched } from './following.ts';
import { unstorableText } from './unstorable-text.ts';
import type { Duration } from './duration.ts';
import { isNestedTooDeep, MAX_NESTING } from './nesting.ts';
import type { AnswerOf, OnFailure } from './on-failure.ts';
import type { ProposedChange, ProposedPutBack } from './proposed-change.ts';
import type { Rights } from './rights.ts';
import type { Risk } from './risk.ts';
import type { Taken } from './taken.ts';

export interface CallOptions<F extends OnFailure = OnFailure> {
  readonly onFailure?: F;
}

interface Declared<I extends z.ZodType, O extends z.ZodType> {
  readonly input: I;
  readonly output: O;
  /** One sentence on what it does, for documentation and `--help`. */
  readonly description: string;
  /** What an engineer would have typed. */
  readonly as?: string;
  /** Raised when input or output change in a way that a waiting run would notice. 1 when absent. */
  readonly version?: number;
  /** What it asks of the Kubernetes API; every step that asks it anything says so. */
  readonly rights?: readonly Rights[];
  /** Its input's `cluster` says on which of several clusters; put there by `onClusters`. */
  readonly onCluster?: boolean;
}

export interface ReadSpec<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> extends Declared<
  I,
  O
> {
  /** One attempt's limit, `'5s'` when absent. A longer one makes it an ordinary activity instead of a local one. */
  readonly timeout?: Duration;
  /** What this call looks at, for the screen. */
  readonly summary: (input: z.output<I>) => string;
  /**
   * What decides its answer in a cluster. A check that waits for it is woken by a change there, and finds what these do
   * not tell of no later than by polling. Nothing for an input with which only time goes on to decide.
   */
  readonly watches?: (input: z.output<I>) => readonly Watched[];
}

export interface ChangeSpec<
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
  P extends z.ZodType = z.ZodType,
  S extends z.ZodType = z.ZodType,
> extends Declared<I, O> {
  readonly risk: Risk;
  /** Identity and facts that justify the change; checked again at the moment of writing. */
  readonly preconditions: P;
  /** The state before, from which the undo is made. */
  readonly preimage: S;
  readonly target: (input: z.output<I>) => string;
  readonly summary: (input: z.output<I>) => string;
  /**
   * The hard deadline of `apply`, `'30s'` when absent. After a worker was lost in the middle, nobody looks what became
   * of the change before it has passed.
   */
  readonly timeout?: Duration;
  /** A shorter one, where the input says how long it may take. */
  readonly timeoutFor?: (input: z.output<I>) => Duration;
  /** True when what it leaves is meant to be put back (a cordon); a run that does not put it back records a leftover. */
  readonly temporary?: boolean;
  /** How long what it leaves lasts where nobody puts it back; for ever when absent. Then it is no leftover any more. */
  readonly endsAfter?: (input: z.output<I>) => Duration;
  /** What it takes from service, for disruption budgets; nothing when absent. */
  readonly takesAway?: (input: z.output<I>, preconditions: z.output<P>) => Taken | undefined;
}

export type ReadContract<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> = ReadSpec<
  I,
  O
> & {
  readonly effect: 'read';
  readonly name: string;
};
export type ChangeContract<
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
  P extends z.ZodType = z.ZodType,
  S extends z.ZodType = z.ZodType,
> = ChangeSpec<I, O, P, S> & { readonly effect: 'change'; readonly name: string };
export type AnyContract = ReadContract | ChangeContract;

/** A read step: called and awaited. */
export type Read<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> = (<
  F extends OnFailure = 'hold',
>(
  input: z.input<I>,
  options?: CallOptions<F>,
) => Promise<AnswerOf<z.output<O>, F>>) & { readonly contract: ReadContract<I, O> };

/** A change step: calling it makes a value to propose. */
export type Change<
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
  P extends z.ZodType = z.ZodType,
  S extends z.ZodType = z.ZodType,
> = ((input: z.input<I>) => ProposedChange<z.output<O>>) & { readonly contract: ChangeContract<I, O, P, S> };

export const read = <I extends z.ZodType, O extends z.ZodType>(spec: ReadSpec<I, O>) => ({
  effect: 'read' as const,
  ...spec,
});
export const change = <I extends z.ZodType, O extends z.ZodType, P extends z.ZodType, S extends z.ZodType>(
  spec: ChangeSpec<I, O, P, S>,
) => ({ effect: 'change' as const, ...spec });

type Callable<T> = T extends { effect: 'change' } & ChangeSpec<infer I, infer O, infer P, infer S>
  ? Change<I, O, P, S>
  : T extends { effect: 'read' } & ReadSpec<infer I, infer O>
    ? Read<I, O>
    : never;

// The schemas' functions are contravariant in their inputs: a table of different steps has no common type but `any`.
/* eslint-disable @typescript-eslint/no-explicit-any */
type AnySpec =
  ({ effect: 'read' } & ReadSpec<any, any>) | ({ effect: 'change' } & ChangeSpec<any, any, any, any>);
/* eslint-enable @typescript-eslint/no-explicit-any */

/** Makes the callable steps of one system from their specifications; `name` of each is `system.key`. */
export function defineSteps<const S extends Record<string, AnySpec>>(
  system: string,
  specs: S,
): { readonly [K in keyof S]: Callable<S[K]> } {
  const steps = Object.entries(specs).map(([key, spec]) => {
    const contract = { name: `${system}.${key}`, ...spec } as AnyContract;
    const call =
      contract.effect === 'read'
        ? (input: unknown, options?: CallOptions) =>
            caller(contract.name).read(contract, parseInput(contract, input), options)
        : (input: unknown) => proposed(contract, parseInput(contract, input));
    return [key, Object.assign(call, { contract })];
  });
  return Object.fromEntries(steps) as { readonly [K in keyof S]: Callable<S[K]> };
}

function parseInput(contract: AnyContract, input: unknown): unknown {
  if (isNestedTooDeep(input)) {
    const [field] =
      Object.entries(input as object).find(([, value]) => isNestedTooDeep(value, MAX_NESTING - 1)) ?? [];
    throw new TypeError(`${contract.name}: ${field}: is nested deeper than ${MAX_NESTING} levels`);
  }
  const field = unstorableText(input);
  if (field !== undefined)
    throw new TypeError(
      `${contract.name}: ${field}: holds a NUL character or half a surrogate pair, which no system keeps as it is`,
    );
  const parsed = contract.input.safeParse(input);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((i) => `${i.path.join('.') || 'input'}: ${i.message}`).join('; ');
  throw new TypeError(`${contract.name}: ${where}`, { cause: parsed.error });
}

function proposed(contract: ChangeContract, input: unknown): ProposedChange {
  const change: ProposedChange & { undoCheck?: ProposedPutBack['check'] } = {
    step: contract.name,
    version: contract.version ?? 1,
    input,
    target: contract.target(input),
    risk: contract.risk,
    summary: contract.summary(input),
    once: (check, checkInput, { maxAge }) => ({
      change,
      check: { step: check.contract.name, input: check.contract.input.parse(checkInput), maxAge },
    }),
    undoOnce: (...check) => {
      change.undoCheck = change.once(...check).check;
      return change;
    },
  };
  Object.defineProperties(change, { once: { enumerable: false }, undoOnce: { enumerable: false } });
  caller(contract.name, 'optional')?.made(change);
  return change;
}
