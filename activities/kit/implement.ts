/** The worker's side of a step: plain functions of input and context that know nothing of Temporal, ledger or people. */
import type { z } from 'zod';
import type { Artefact, ArtefactRef } from './artefact.ts';
import type { Change, ChangeContract, Read, ReadContract } from './contract.ts';
import type { Following } from './following.ts';
import type { DiffEntry, PlannedChange } from './planned-change.ts';
import type { ProposedChange } from './proposed-change.ts';
import type { Risk } from './risk.ts';
import type { Taken } from './taken.ts';

export interface CallContext {
  /** Aborted when the call is cancelled or its deadline passes. */
  readonly signal: AbortSignal;
  /** Tells the server that a long call is alive; harmless to call often. */
  readonly heartbeat: (details?: string) => void;
  /** The moment after which nothing may be sent any more. */
  readonly deadline: Date;
  /** Who asks (a run): what has to queue somewhere takes turns between them. */
  readonly caller?: string | undefined;
  /**
   * Keeps a large or binary output beside the run; its reference belongs into the step's output. Undefined where it
   * could not be kept: what was read or done counts without it. Absent where nothing is kept, as while a check polls.
   */
  readonly keep?: ((artefact: Artefact) => Promise<ArtefactRef | undefined>) | undefined;
}

/** An earlier change of the same plan, for what depends on it (uncordon after cordon). */
export interface EarlierChange extends Pick<
  PlannedChange,
  'step' | 'input' | 'target' | 'preconditions' | 'preimage'
> {
  readonly operation: string;
}

export interface PlanContext extends CallContext {
  /** The operation id that this change will have when it is carried out. */
  readonly operation: string;
  /** The prefix that operation ids of this run share: `deployment/workflowId/`. */
  readonly run: string;
  readonly earlier: readonly EarlierChange[];
  /**
   * For the way back of what an earlier plan did, also another run's: the preconditions with which that plan foresaw it.
   * What they name is the run's to take away as if it had set it itself. As the step's contract takes them.
   */
  readonly foreseen?: unknown;
}

export interface ApplyContext extends CallContext {
  readonly operation: string;
  /** 1 for the first attempt; a host operation carries it, so that a retry is a new operation there. */
  readonly attempt: number;
  /** The plan's title: why this is done, for annotations and journals on the target. */
  readonly reason: string;
  readonly keep: NonNullable<CallContext['keep']>;
  /**
   * Asked before each single pod by a change that takes several, one after the other: why this one has to wait, or
   * nothing when it may go. Absent where no disruption budget counts pods.
   */
  readonly whyWait?: ((pod: PodToTake) => Promise<string | undefined>) | undefined;
}

export type PodToTake = NonNullable<Taken['pods']>[number];

export interface Planned<P, S> {
  readonly diff: readonly DiffEntry[];
  readonly preconditions: P;
  readonly preimage: S;
  readonly dryRun: PlannedChange['dryRun'];
  /** Only ever raises the contract's risk. */
  readonly risk?: Risk;
  readonly warnings?: readonly string[];
}

export type Applied<O> = {
  readonly outcome: 'applied' | 'already-satisfied' | 'not-needed';
  readonly output: O;
};
export type Probed<O> =
  | { readonly state: 'applied'; readonly output: O }
  | { readonly state: 'not-applied' }
  | { readonly state: 'unknown'; readonly reason: string };

export interface Undo {
  readonly change: ProposedChange;
  readonly preconditions: z.core.util.JSONType;
  readonly diff: readonly DiffEntry[];
  /** What must have passed before it is written; a runbook may name another (`undoOnce`). */
  readonly once?: PlannedChange['once'];
}

/**
 * A change in four small functions. All of them throw StepFailure and nothing else on purpose; `plan` and `probe`
 * change nothing. The engine composes them: a step never writes the ledger, asks a person or retries.
 */
export interface ChangeImplementation<I, O, P, S> {
  /** What would happen, with the identity and facts that justify it. A target that is gone or already so is a `conflict` or an empty diff with a warning. */
  plan(input: I, context: PlanContext): Promise<Planned<P, S>>;
  /** Checks the preconditions at the moment of writing, then writes once. `conflict` when they no longer hold; `not-needed` when the reason for acting is gone. */
  apply(input: I, preconditions: P, context: ApplyContext): Promise<Applied<O>>;
  /** After a crash, and to verify "done by hand": was this operation carried out? */
  probe(input: I, preconditions: P, context: ApplyContext): Promise<Probed<O>>;
  /** The inverse, from the state before; nothing where there is none. `operation` is the id of the change being undone. */
  undo?(preimage: S, context: { readonly input: I; readonly operation: string }): Undo | undefined;
}

export type ReadImplementation<I, O> = (input: I, context: CallContext) => Promise<O>;

export type ImplementedRead = {
  readonly contract: ReadContract;
  readonly run: ReadImplementation<unknown, unknown>;
  /** Hears of changes to what its contract watches for this input; nothing where that cannot be heard of. */
  readonly follow?: (input: unknown) => Following | undefined;
};
export type ImplementedChange = {
  readonly contract: ChangeContract;
  readonly implementation: ChangeImplementation<unknown, unknown, unknown, unknown>;
};
export type ImplementedStep = ImplementedRead | ImplementedChange;

/** Pairs a read contract with its implementation; types are inferred from the contract. */
export const implementRead = <I extends z.ZodType, O extends z.ZodType>(
  step: Read<I, O>,
  run: NoInfer<ReadImplementation<z.output<I>, z.input<O>>>,
): ImplementedRead => ({
  contract: step.contract as unknown as ReadContract,
  run: run as ImplementedRead['run'],
});

/** Pairs a change contract with its implementation; types are inferred from the contract. */
export const implementChange = <
  I extends z.ZodType,
  O extends z.ZodType,
  P extends z.ZodType,
  S extends z.ZodType,
>(
  step: Change<I, O, P, S>,
  implementation: NoInfer<ChangeImplementation<z.output<I>, z.input<O>, z.output<P>, z.output<S>>>,
): ImplementedChange => ({
  contract: step.contract as unknown as ChangeContract,
  implementation: implementation,
});
