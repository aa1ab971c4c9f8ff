import type {
  Duration,
  PlanDigest,
  PlannedChange,
  Position,
  ProposedChange,
  ProposedPutBack,
  Risk,
} from '../activities/kit/index.ts';
import type { PlanAnswer, Grant } from './engine-activities.ts';

declare const granted: unique symbol;
declare const changes: unique symbol;

export type Changes = readonly ProposedChange[];
export type OutputOf<C> = C extends ProposedChange<infer O> ? O : never;
export type Outputs<C extends Changes> = { -readonly [K in keyof C]: OutputOf<C[K]> };
export type OptionalOutputs<C extends Changes> = { -readonly [K in keyof C]: OutputOf<C[K]> | undefined };

/** An ordered list of planned changes and their put-backs, with the hash that a person approves. */
export interface Plan<C extends Changes = Changes> {
  readonly [changes]?: C;
  readonly title: string;
  readonly because: string;
  readonly hash: string;
  readonly digest: PlanDigest;
  readonly planned: readonly PlannedChange[];
  readonly plannedPutBacks: readonly PlannedChange[];
  readonly risk: Risk;
  readonly cluster: string;
  readonly policy: PlanAnswer['policy'];
  /** What it was made from, so that it can be made again after a conflict. */
  readonly proposal: { readonly changes: Changes; readonly putBacks: readonly ProposedPutBack[] };
}

export interface ApproveOptions {
  /** A role, or people by name. */
  readonly from: string | readonly string[];
  /** How long they have; those it escalates to get as long again. Silence is no. */
  readonly within: Duration;
  readonly escalateTo?: readonly string[];
  /** How long after the deadline the changes may still begin. 30 minutes when absent. */
  readonly grantFor?: Duration;
}

/** A plan that may be carried out. Only `approve` makes one. */
export interface GrantedPlan<C extends Changes = Changes> extends Plan<C> {
  readonly [granted]: true;
  readonly grant: Grant;
  /** Kept, so that after a conflict the question is asked again in the same way. */
  readonly asked: ApproveOptions;
}

/** The planned change at a place of its plan; for an undo the change that is undone. */
export const changeAt = (granted: GrantedPlan, { kind, index }: Position): PlannedChange =>
  kind === 'put-back' ? granted.plannedPutBacks[index]! : granted.planned[index]!;

/** Who is asked first, as a list. */
export const askedOf = ({ from }: Pick<ApproveOptions, 'from'>): string[] =>
  typeof from === 'string' ? [from] : [...from];
