/**
 * What the engine asks of the worker beside the steps themselves, and the names by which it calls them: the worker
 * implements them.
 */
import type {
  Duration,
  FailureKind,
  PlanDigest,
  PlanHolds,
  PlannedChange,
  PlannedUndo,
  Position,
  Risk,
} from '../activities/kit/index.ts';
import type { Look } from './agreement.ts';
import type {
  DecisionOutcome,
  DecisionStatement,
  JournalEntry,
  Question,
  QuestionTerms,
  RunOutcome,
  Signed,
  StartStatement,
} from './messages.ts';

/** What lets a plan be carried out: the signed words of people, or a policy's rule; both with the signed start. */
export type Grant = {
  /** Who asked for the run: the policy may grant by it, and may exclude them. */
  readonly start: Signed;
  /** Changes begin before this; put-backs and undos within a day after it. */
  readonly expiresAt: string;
} & (
  | {
      readonly kind: 'decision';
      readonly question: QuestionTerms;
      /** Approvals (of all of it or of a part), and whatever gave the question more time. */
      readonly decisions: readonly Signed[];
    }
  | { readonly kind: 'policy'; readonly rule: string }
);

export interface ChangeToPlan {
  readonly step: string;
  readonly input: unknown;
  readonly target: string;
  readonly summary: string;
  /** For a put-back: the check that must have passed. */
  readonly once?: CheckToPass | undefined;
  /** The same for its undo. */
  readonly undoOnce?: CheckToPass | undefined;
  /** For what was planned before, perhaps by another run: the preconditions that it had then. */
  readonly foreseen?: unknown;
}

export interface CheckToPass {
  readonly step: string;
  readonly input: unknown;
  /** How old its pass may be. */
  readonly maxAge: string;
}

export interface PlanRequest {
  readonly ordinal: number;
  readonly start: Signed;
  readonly changes: readonly ChangeToPlan[];
  readonly putBacks: readonly ChangeToPlan[];
}

export interface PlanAnswer {
  readonly changes: readonly PlannedChange[];
  readonly putBacks: readonly PlannedChange[];
  readonly risk: Risk;
  /** Where it would happen, for the reader. */
  readonly cluster: string;
  readonly policy: { readonly grant: string } | Consent;
}

/** Who has to agree to a plan, whatever its runbook asks for. */
export interface Consent {
  /** How many different people. */
  readonly people: number;
  readonly needs: Question['needs'];
  /** When the policy was asked, and why it wants so many. */
  readonly at: string;
  readonly because?: string | undefined;
  readonly excluded: Question['excluded'];
}

export interface ApplyRequest {
  readonly runbook: string;
  readonly owner: string;
  readonly plan: PlanDigest;
  readonly position: Position;
  /** The planned change at this position; for an undo the change that is undone. */
  readonly change: PlannedChange;
  readonly grant: Grant;
  readonly holds?: PlanHolds | undefined;
  /**
   * When the run made this request, by its own clock, each later than the one before: a worker that was asleep with an
   * earlier one begins nothing when it wakes. Runs of earlier versions do not say.
   */
  readonly requestedAt?: string | undefined;
}

export type ApplyAnswer =
  | {
      readonly state: 'done';
      readonly outcome: 'applied' | 'already-satisfied' | 'not-needed' | 'by-hand';
      readonly output: unknown;
      /** What other runs had left on the target, and this took away. */
      readonly adopted?: readonly { readonly workflowId: string; readonly what: string }[];
    }
  /** Nothing was changed, and that is certain. */
  | {
      readonly state: 'failed';
      readonly kind: FailureKind;
      readonly message: string;
      readonly next?: string | undefined;
    }
  | {
      readonly state: 'refused';
      readonly why:
        | 'frozen'
        | 'stopped'
        | 'taken-over'
        | 'superseded'
        | 'grant-expired'
        | 'grant-used'
        | 'hash-mismatch'
        | 'locked'
        | 'deadlock'
        | 'over-budget'
        | 'not-granted'
        | 'policy-asks-people';
      readonly message: string;
    }
  /** An attempt was begun and has no result. */
  | { readonly state: 'unknown'; readonly message: string };

export type SettleAnswer =
  | Extract<ApplyAnswer, { state: 'done' | 'failed' }>
  /** No attempt of this request was begun, and none will be: applying is a new request. */
  | { readonly state: 'not-begun' }
  /** The attempt may still be running: ask again at that moment. */
  | { readonly state: 'not-due'; readonly at: string }
  | { readonly state: 'not-applied' }
  | { readonly state: 'unknown'; readonly reason: string };

export interface SettleRequest extends ApplyRequest {
  /** `open`: what became of an open attempt. `by-hand`: a person says that they did it. */
  readonly mode: 'open' | 'by-hand';
  readonly person?: string;
}

export type VerifiedDecision =
  | {
      readonly ok: true;
      readonly statement: DecisionStatement;
      /** The asked names that the person answers for. */
      readonly as: readonly string[];
      /** Those of them that they answer for in somebody else's place. */
      readonly insteadOf?: readonly { readonly role: string; readonly person: string }[] | undefined;
    }
  | { readonly ok: false; readonly why: string };

/** How a hold or an offer to undo reminds and escalates, where its runbook does not say. */
export interface Unanswered {
  readonly remindAfter: Duration;
  readonly escalateAfter: Duration;
  readonly escalateTo: readonly string[];
}

export interface VerifiedStart extends StartStatement {
  readonly unanswered?: Unanswered | undefined;
}

/** What becomes of an open question beside answers that close it; `at` by the run's clock. */
export type QuestionNews = { readonly at: string } & (
  | { readonly kind: 'voted'; readonly person: string; readonly missing: string }
  | { readonly kind: 'extended'; readonly person: string; readonly until: string; readonly reason: string }
  | { readonly kind: 'escalated'; readonly to: readonly string[] }
  | { readonly kind: 'reminded'; readonly whom: readonly string[] }
  /** Something else failed, and the answer is for it as well. */
  | { readonly kind: 'joined'; readonly what: string }
);

/** In whose hands the run is: `turn` counts each taking over and giving back, `by` did the last of them. */
export interface Hands extends Order {
  readonly turn: number;
  readonly taken: boolean;
}

/** Who ordered it, and why. */
export interface Order {
  readonly by: string;
  readonly reason: string;
}

/** A type alias, so that it satisfies Temporal's index signature of activities. */
export type EngineActivities = {
  /** Also answers what the deployment's configuration says of every run. */
  verifyStart(start: Signed): Promise<VerifiedStart>;
  /** Checks signature, binding and authority; a refusal is recorded. */
  verifyDecision(r: {
    signed: unknown;
    workflowId: string;
    question?: QuestionTerms | undefined;
  }): Promise<VerifiedDecision>;
  recordRefusal(r: { workflowId: string; questionId: string; why: string; statement: string }): Promise<void>;
  openQuestion(r: { runbook: string; question: Question }): Promise<void>;
  /** Keeps an open question as it is shown now, and records what happened to it. */
  updateQuestion(r: { question: Question; news: QuestionNews }): Promise<void>;
  closeQuestion(r: { questionId: string; closedAs: string }): Promise<void>;
  /** Decisions that the ledger has for a question, received by its deadline, oldest first. */
  receivedDecisions(r: {
    questionId: string;
    deadline: string;
  }): Promise<readonly { readonly id: string; readonly signed: Signed }[]>;
  /** What the run made of a decision that it took from the ledger itself. */
  decisionTaken(r: { id: string; outcome: DecisionOutcome }): Promise<void>;
  plan(r: PlanRequest): Promise<PlanAnswer>;
  /** Of each change of a plan that a run in shadow would have asked for: what was done instead since `askedAt`. Changes nothing. */
  lookWhatIsDone(r: {
    readonly ordinal: number;
    readonly askedAt: string;
    readonly changes: readonly PlannedChange[];
  }): Promise<readonly Look[]>;
  /** Lists something as left behind for a day, once. */
  leave(r: {
    readonly what: string;
    readonly why: string;
    readonly target: string;
    readonly step: string;
    readonly owner: string;
    readonly undo?: PlannedUndo | undefined;
  }): Promise<void>;
  /** It may stay until then. */
  keepLeftover(r: { id: string; until: string; by: string; reason: string }): Promise<void>;
  /** It is gone, as somebody says or a look at the target shows. */
  clearLeftover(r: { id: string; by: string; reason: string }): Promise<void>;
  /** Has somebody asked later; the same ordinal again is the same reminder. Throws `invalid` where the words name no moment. */
  remind(r: {
    readonly ordinal: number;
    readonly text: string;
    readonly to: string;
    /** When, as the runbook says it. */
    readonly said: string;
    readonly unless?:
      { readonly step: string; readonly input: unknown; readonly summary: string } | undefined;
  }): Promise<void>;
  /**
   * `over`: why this run need not ask about it any more, since somebody closed or postponed it meanwhile. `stoppedBy`: who
   * stopped the run that set it, in whose name nothing starts any more.
   */
  lookAtReminder(r: {
    id: string;
    of: string;
  }): Promise<{ readonly over?: string | undefined; readonly stoppedBy?: string | undefined }>;
  /** Asks again on the next working day or in a week; answers when, or `over` as above. */
  postponeReminder(r: {
    id: string;
    to: string;
    said: string;
    for: 'working-day' | 'week';
    by: string;
    reason: string;
  }): Promise<{ readonly until: string } | { readonly over: string }>;
  closeReminder(r: {
    id: string;
    as: 'closed' | 'passed' | 'not-answered';
    by: string;
    reason: string;
  }): Promise<void>;
  /** Closes it and asks for another run of the runbook that set it, with the same input. Throws `conflict` when it is over. */
  reopenReminder(r: { id: string; by: string; reason: string }): Promise<{ readonly workflowId: string }>;
  /** Asks for a run of another runbook; the same ordinal again is the same run. */
  requestRun(r: {
    readonly start: Signed;
    readonly ordinal: number;
    readonly runbook: string;
    readonly title: string;
    readonly input: unknown;
    readonly correlationKey: string;
    readonly runsAtOnce?: number | undefined;
  }): Promise<{ readonly workflowId: string }>;
  /** How it ended; fails until it has, so that the server's retries are the wait. */
  runEnd(r: { workflowId: string }): Promise<{ readonly outcome: RunOutcome; readonly result: unknown }>;
  /** Who cancels it is known to it, and to the ledger, before the cancel reaches it; answers the id that it has now. Nothing when it is over. */
  cancelRun(r: { workflowId: string; reason: string }): Promise<{ readonly workflowId: string }>;
  /** None of its changes begins any more. */
  stopRun(r: { workflowId: string; reason: string }): Promise<void>;
  /** What people have ordered this run, as the ledger has it, and whether it or a run that it started has begun to change something. */
  orders(): Promise<{
    readonly stopped?: Order | undefined;
    readonly cancelled?: Order | undefined;
    readonly hasChanged: boolean;
    readonly hands: Hands;
  }>;
  /** Keeps a part of the story before its end. The same part twice is one. */
  keepStory(r: { readonly lines: readonly JournalEntry[] }): Promise<void>;
  endRun(r: {
    outcome: RunOutcome;
    result: unknown;
    journal: readonly JournalEntry[];
    /** Who is asked about what nobody can tell whether it was done. */
    owner: string;
  }): Promise<void>;
};

/** Activity types: `nightshift.` and the key for the engine's own, the step's name with a suffix for the steps'. */
export const activityType = {
  engine: (key: keyof EngineActivities) => `nightshift.${key}`,
  read: (step: string) => step,
  check: (step: string) => `${step}.check`,
  apply: (step: string) => `${step}.apply`,
  settle: (step: string) => `${step}.settle`,
};

/** The failure type with which a check's activity says "not yet", its verdict in the details. */
export const NOT_YET = 'NotYet';
/** The failure type with which a worker without credentials for changes hands a plan or a change back. */
export const NOT_HERE = 'NotHere';
/** How long after a grant's expiry its put-backs and undos may still begin. */
export const PUT_BACK_GRACE_MS = 24 * 60 * 60 * 1000;
