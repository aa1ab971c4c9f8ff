import type {
  Duration,
  PlanDigest,
  PlannedChange,
  Position,
  ProposedChange,
  Risk,
  Tried,
} from '../activities/kit/index.ts';
import type { CheckToPass, Grant, PlanAnswer } from './engine-activities.ts';
import type { QuestionTimes } from './question-times.ts';

declare const granted: unique symbol;
declare const partly: unique symbol;
declare const changes: unique symbol;

export type Changes = readonly ProposedChange[];
export type OutputOf<C> = C extends ProposedChange<infer O> ? O : never;
export type Outputs<C extends Changes> = { -readonly [K in keyof C]: OutputOf<C[K]> };
export type OptionalOutputs<C extends Changes> = { -readonly [K in keyof C]: OutputOf<C[K]> | undefined };
export type TriedOutputs<C extends Changes> = { -readonly [K in keyof C]: Tried<OutputOf<C[K]>> };
export type OptionalTriedOutputs<C extends Changes> = {
  -readonly [K in keyof C]: Tried<OutputOf<C[K]>> | undefined;
};

/**
 * A change as its plan needs it. What was planned before and is planned anew stays on its `cluster`, and knows the
 * `preconditions` that it had then.
 */
export type ChangeValue = Pick<ProposedChange, 'step' | 'input' | 'target' | 'summary' | 'undoCheck'> &
  Pick<PlannedChange, 'cluster'> &
  Partial<Pick<PlannedChange, 'preconditions'>>;

/** A put-back; or an undo that is asked for anew, which may have no check. */
export interface ProposedWayBack {
  readonly change: ChangeValue;
  readonly check?: CheckToPass | undefined;
}

/** What becomes of a plan's put-backs at the end of a run that did not come to them. */
export type AtTheEnd = 'put-back' | 'leave';

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
  /** How often the run had been given back by a person when this was planned. */
  readonly givenBack: number;
  /** The plan whose place it takes after a conflict. */
  readonly insteadOf?: number | undefined;
  /** What it was made from, so that it can be made again after a conflict. */
  readonly proposal: {
    readonly changes: Changes;
    readonly putBacks: readonly ProposedWayBack[];
    readonly atTheEnd: AtTheEnd | undefined;
  };
}

export interface ApproveOptions extends QuestionTimes {
  /** A role, or people by name. */
  readonly from: string | readonly string[];
  /**
   * How many different people, or so many of each of these roles: `{ 'payments-oncall': 1, 'platform-oncall': 1 }`. One
   * person fills one place. What the policy asks comes on top.
   */
  readonly quorum?: number | Readonly<Record<string, number>>;
  /** How long those asked first have. Silence is no. */
  readonly within: Duration;
  /** How often those asked are reminded while nothing has closed the question. */
  readonly remindEvery?: Duration;
  /** What a question that nobody answered does: `abort` (the default) throws PlanRejected, `hold` stops and asks anew. */
  readonly onSilence?: 'abort' | 'hold';
  /** Lets people approve only some of the changes; the output of the others is then undefined. */
  readonly inPart?: boolean;
  /** How long after the deadline the changes may still begin. 30 minutes when absent. */
  readonly grantFor?: Duration;
}

/** A plan that may be carried out. Only `approve` makes one. */
export interface GrantedPlan<C extends Changes = Changes> extends Plan<C> {
  readonly [granted]: true;
  readonly grant: Grant;
  /** The places of the changes that were approved; all of them when absent. */
  readonly approved?: readonly number[] | undefined;
  /** Kept, so that after a conflict the question is asked again in the same way. */
  readonly asked: ApproveOptions;
}

/** A granted plan of which people may have approved a part only. */
export interface PartlyGrantedPlan<C extends Changes = Changes> extends GrantedPlan<C> {
  readonly [partly]: true;
}

/** Whether the change at this place was approved with its plan. */
export const isApproved = ({ approved }: GrantedPlan, index: number): boolean =>
  approved === undefined || approved.includes(index);

/** The planned change at a place of its plan; for an undo the change that is undone. */
export const changeAt = (granted: GrantedPlan, { kind, index }: Position): PlannedChange =>
  kind === 'put-back' ? granted.plannedPutBacks[index]! : granted.planned[index]!;

/** Who is asked first, as a list: also the roles of which some have to agree. */
export const askedOf = ({ from, quorum }: Pick<ApproveOptions, 'from' | 'quorum'>): string[] => [
  ...new Set([
    ...(typeof from === 'string' ? [from] : from),
    ...(typeof quorum === 'object' ? Object.keys(quorum) : []),
  ]),
];

/** Everybody who is asked about a plan sooner or later, with those it would have been escalated to. */
export const chainOf = (asked: Pick<ApproveOptions, 'from' | 'quorum' | 'escalateTo'>): string[] => {
  const later = (asked.escalateTo ?? []).flatMap((step) => (typeof step === 'string' ? step : step.to));
  return [...new Set([...askedOf(asked), ...later])];
};
