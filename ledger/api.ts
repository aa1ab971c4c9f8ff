/**
 * What the rest of the house asks of the ledger. All of it is PostgreSQL; every method that answers has committed.
 * Times are ISO 8601 strings in UTC by the database's clock, unless a parameter says otherwise.
 */
import type { AskingRemindersLedger } from './asking-reminders.ts';
import type {
  Artefact,
  ArtefactRef,
  PlanHolds,
  PlannedChange,
  PlannedUndo,
  Position,
} from '../activities/kit/index.ts';
import type {
  DecisionOutcome,
  JournalEntry,
  Question,
  RunOutcome,
  Signed,
  Trigger,
} from '../workflows/messages.ts';
import type { ComparedChange } from '../workflows/agreement.ts';
import type { TemporalIdentity } from '../workflows/temporal-identity.ts';
import type { CorrelationTerms } from './correlate.ts';
import type { IncidentLedger } from './incidents.ts';
import type { ReminderLedger } from './reminders.ts';
import type { RequestsSeenLedger } from './requests-seen.ts';
import type { StoryLedger } from './stories.ts';
import type { TellingLedger } from './telling.ts';

/** An alert as every source is parsed to. */
export interface Alert {
  readonly source: string;
  /** The source's own identity of the alert; with `source` and `startedAt` it is what deduplicates. */
  readonly fingerprint: string;
  readonly status: 'firing' | 'resolved';
  readonly name: string;
  readonly severity: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startedAt: string;
  readonly endedAt?: string | undefined;
  readonly link?: string | undefined;
  readonly authenticated: boolean;
  readonly raw: unknown;
}

/** A runbook that matched an alert, found by pure code before the transaction. */
export interface TriggerMatch extends CorrelationTerms {
  readonly runbook: string;
  /** The runbook's title; without it, its id stands in. */
  readonly title?: string | undefined;
  readonly input: unknown;
  readonly correlationKey: string;
  readonly whenAlertResolves: 'finish' | 'stop-before-first-change';
  /** Runs of this runbook at once; more wait for a place. */
  readonly runsAtOnce?: number | undefined;
  /** The run only tries, and looks what is done instead; it is correlated with its like alone. */
  readonly shadow?: boolean | undefined;
}

/** What is asked of a run that is to be. */
export interface RunRequest {
  readonly runbook: string;
  readonly title: string;
  readonly input: unknown;
  readonly correlationKey: string;
  readonly trigger: Trigger;
  readonly dryRun: boolean;
  /** The same once more is the same run. */
  readonly requestId: string;
  /** Runs of this runbook at once; more wait for a place. A dry run takes none. */
  readonly runsAtOnce?: number | undefined;
}

/** A runbook whose trigger fits, but whose input could not be made from this alert: it does not start. */
export interface RefusedInput {
  readonly runbook: string;
  readonly message: string;
}

/** What became of an alert for one run. */
export type AlertEffect = 'new' | 'delayed' | 'queued' | 'gathered' | 'joined' | 'ignored' | 'resolved';

/** An alert as it was received, with what became of it. */
export interface AlertRow {
  readonly id: string;
  readonly source: string;
  readonly name: string;
  readonly status: Alert['status'];
  readonly severity: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly authenticated: boolean;
  readonly startedAt: string;
  readonly receivedAt: string;
  readonly runs: ReceivedAlert['runs'];
  readonly refused: readonly RefusedInput[];
}

export interface ReceivedAlert {
  readonly alertId: string;
  /** True when this very alert (source, fingerprint, start, status) was received before. */
  readonly duplicate: boolean;
  readonly runs: readonly {
    readonly workflowId: string;
    readonly effect: AlertEffect;
  }[];
}

/** What a run waits for: whom or what, and until when, where that is known. */
export interface Waits {
  /** In words that go after "waits: ". */
  readonly what: string;
  /** The runs it waits for. */
  readonly on: readonly string[];
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

export type RunStatus = 'received' | 'started' | 'ended';
export interface RunRow {
  readonly workflowId: string;
  readonly runbook: string;
  readonly title: string;
  readonly input: unknown;
  readonly trigger: Trigger;
  readonly dryRun: boolean;
  /** A dry run that an alert started, because its runbook is in shadow. */
  readonly shadow: boolean;
  readonly status: RunStatus;
  readonly waits?: Waits | undefined;
  readonly outcome?: RunOutcome | undefined;
  readonly result?: unknown;
  readonly receivedAt: string;
  readonly startedAt?: string | undefined;
  readonly endedAt?: string | undefined;
  readonly sealedAt?: string | undefined;
  /** The run that goes on in its place, where Temporal had another run under its id (`giveNextId`). */
  readonly goesOnAs?: string | undefined;
}

/** A run in shadow; its changes are known once it has ended. */
export interface ShadowRun {
  readonly run: RunRow;
  /** When the last of its alerts ended. */
  readonly resolvedAt?: string | undefined;
  readonly changes: readonly ComparedChange[];
}

/** A schedule as the ledger knows it. */
export interface ScheduleRow {
  readonly id: string;
  /** When a gateway first had it: it starts nothing for the time before. */
  readonly knownSince: string;
  readonly paused?: { readonly since: string; readonly by: string; readonly reason: string } | undefined;
  /** When it was last resumed. */
  readonly resumedAt?: string | undefined;
  /** The last of its moments that was decided. */
  readonly last?:
    | {
        readonly at: string;
        readonly workflowId?: string | undefined;
        readonly status?: RunStatus | undefined;
        readonly outcome?: RunOutcome | undefined;
        /** Why there is no run. */
        readonly skipped?: string | undefined;
        /** Moments since then were missed before it: no gateway was up. */
        readonly missedSince?: string | undefined;
      }
    | undefined;
}

export interface QuestionRow {
  readonly workflowId: string;
  readonly runbook: string;
  readonly question: Question;
  readonly status: 'open' | 'closed';
  readonly closedAt?: string | undefined;
  /** The answer that closed it, or `expired`, or why its run withdrew it: `cancelled`, `stopped`, `aborted`, `withdrawn`. */
  readonly closedAs?: string | undefined;
}

export interface DecisionRow {
  readonly id: string;
  readonly workflowId: string;
  readonly questionId: string;
  readonly signed: Signed;
  readonly person: string;
  readonly answer: string;
  readonly reason: string;
  readonly receivedAt: string;
  readonly deliveredAt?: string | undefined;
  readonly outcome?: DecisionOutcome | undefined;
}

/** A signal that must reach a run: kept until Temporal took it. */
export type PendingSignal = {
  readonly id: string;
  readonly workflowId: string;
  readonly at: string;
} &
  /** `unheard`: its run has ended in the meantime, and nobody acts on the alert any more. */
  (
    | { readonly kind: 'repeated'; readonly alertId: string; readonly unheard: boolean }
    | { readonly kind: 'resolved'; readonly alertId: string }
    | { readonly kind: 'stopped' | 'hands' }
    | { readonly kind: 'cancelled'; readonly order: OrderOf }
  );

/** The Temporal that has the deployment's runs. What is only announced has neither name nor address yet. */
export interface TemporalHome
  extends Pick<TemporalIdentity, 'namespaceId'>, Partial<Pick<TemporalIdentity, 'namespace' | 'address'>> {
  readonly since: string;
}

/** Who ordered it, and why. */
export interface OrderOf {
  readonly by: string;
  readonly reason: string;
}

/** What people have ordered a run. */
export interface Orders {
  /** The stop button: final. */
  readonly stopped?: OrderOf | undefined;
  readonly cancelled?: OrderOf | undefined;
  /** It has begun a change of risk `reversible` or above, or a run that it started has. */
  readonly hasChanged: boolean;
  readonly hands: Hands;
}

/** In whose hands a run is. */
export interface Hands {
  /** Counts each taking over and giving back. */
  readonly turn: number;
  readonly taken: boolean;
  /** Who did the last of them, why, or what they had done meanwhile; empty when nobody ever did. */
  readonly by: string;
  readonly reason: string;
}

export interface IntentKey {
  readonly workflowId: string;
  readonly plan: number;
  readonly position: Position;
}

export interface IntentRequest extends IntentKey {
  readonly change: PlannedChange;
  readonly changeHash: string;
  readonly planHash: string;
  /** Who or what granted it: question id and people, or the policy's rule. */
  readonly grant: {
    readonly kind: 'decision' | 'policy';
    readonly by: readonly string[];
    readonly rule?: string | undefined;
    readonly questionId?: string | undefined;
    readonly expiresAt: string;
  };
  readonly cluster: string;
  /** When the run made this request, by its own clock; each later than the one before. Runs of earlier versions do not say. */
  readonly requestedAt?: string | undefined;
  /** Hard limit of the attempt in milliseconds from now. */
  readonly timeoutMs: number;
  /** Names the worker process. */
  readonly worker: string;
  /** What its plan keeps others from; without it the target is held for the attempt only. */
  readonly holds?: PlanHolds | undefined;
}

export type BegunIntent =
  | { readonly state: 'begun'; readonly attempt: number; readonly token: string; readonly deadline: string }
  /** It was carried out before (a reset run): what was recorded then. */
  | { readonly state: 'completed'; readonly outcome: ResultRow['outcome']; readonly output: unknown }
  /** An attempt is open without a result: settle it first. */
  | { readonly state: 'unknown'; readonly attempt: number; readonly deadline: string }
  | {
      readonly state: 'refused';
      /**
       * `locked`: another run is in the way, worth trying again soon; `deadlock`: it waits for this one in turn;
       * `superseded`: the run has gone on since it made this request.
       */
      readonly why:
        | 'frozen'
        | 'taken-over'
        | 'stopped'
        | 'superseded'
        | 'grant-expired'
        | 'grant-used'
        | 'hash-mismatch'
        | 'locked'
        | 'deadlock';
      readonly message: string;
    };

export interface ResultRow {
  readonly outcome: 'applied' | 'already-satisfied' | 'not-needed' | 'by-hand' | 'not-applied' | 'failed';
  /** What the step answered; of `failed` the failure's `kind` and `next`. */
  readonly output?: unknown;
  readonly message?: string | undefined;
  /** `apply`, or how an open attempt was settled. */
  readonly settledBy: 'apply' | 'probe' | 'person';
}

/** What a temporary change leaves from the moment it took effect; listed in the transaction of its result. */
export interface NewLeftover {
  readonly what: string;
  readonly why: string;
  readonly owner: string;
  /** Milliseconds until its owner is asked about it. */
  readonly lastsMs: number;
  /** Milliseconds until it is over without anybody's doing: from then on it is not left. */
  readonly endsMs?: number | undefined;
  /** What would take it away. */
  readonly undo?: PlannedUndo | undefined;
}

/** How an attempt was closed: false when somebody else had closed it, else what of other runs it took away. */
export type Closed = false | { readonly adopted: readonly AdoptedLeftover[] };
export interface AdoptedLeftover {
  readonly workflowId: string;
  readonly what: string;
}

export type RecordedByHand =
  | {
      readonly state: 'recorded';
      readonly outcome: 'by-hand';
      readonly output: unknown;
      readonly adopted: readonly AdoptedLeftover[];
    }
  | { readonly state: 'completed'; readonly outcome: ResultRow['outcome']; readonly output: unknown }
  | { readonly state: 'refused'; readonly message: string };

export interface IntentRow extends IntentKey {
  readonly step: string;
  readonly target: string;
  readonly cluster: string;
  readonly changeHash: string;
  /** The inverse that was planned with the change. */
  readonly undo?: PlannedUndo | undefined;
  readonly attempt: number;
  /** The request that it answers; absent where a person did it by hand. */
  readonly requestedAt?: string | undefined;
  readonly begunAt: string;
  readonly deadline: string;
  readonly result?: (ResultRow & { readonly at: string }) | undefined;
}

export interface Leftover {
  readonly id: string;
  readonly workflowId: string;
  readonly target: string;
  readonly what: string;
  readonly why: string;
  readonly owner: string;
  readonly since: string;
  /** From then on its owner is asked about it. */
  readonly expiresAt: string;
  /** When the owner was asked; absent again once they let it stay longer. */
  readonly askedAt?: string | undefined;
  readonly cluster?: string | undefined;
  /** The step that left it, and what would take it away. */
  readonly step?: string | undefined;
  readonly undo?: PlannedUndo | undefined;
}

export interface Freeze {
  readonly id: string;
  readonly scope:
    { readonly kind: 'everything' } | { readonly kind: 'runbook' | 'cluster'; readonly name: string };
  readonly reason: string;
  readonly by: string;
  readonly since: string;
  readonly until?: string | undefined;
}

/** Somebody stands in for somebody else who holds a role. Believed by its signed statement, not by these fields. */
export interface Delegation {
  readonly id: string;
  readonly role: string;
  readonly from: string;
  readonly to: string;
  readonly since: string;
  readonly until: string;
  readonly reason: string;
  readonly signed: Signed;
}

export interface Token {
  readonly id: string;
  readonly person: string;
  readonly scopes: readonly string[];
  readonly createdAt: string;
  /** The person, and the token they made it with. */
  readonly createdBy?: string | undefined;
  readonly expiresAt: string;
  readonly revokedAt?: string | undefined;
  readonly revokedBy?: string | undefined;
  readonly lastUsedAt?: string | undefined;
}

/** A bundle of runbooks, without its code and contracts. */
export interface BundleRow {
  /** The hash of its code. */
  readonly id: string;
  /** The worker that started with it last, and when. */
  readonly keptBy: string;
  readonly keptAt: string;
}

/** Who decided what about a version of the runbooks, and when. */
export interface VersionDecision extends OrderOf {
  readonly bundle: string;
  readonly at: string;
}

/** How far the record is behind, in milliseconds by the database's clock: 0 where nothing waits. */
export interface RecordBacklog {
  /** Age of the oldest entry that has no place in the log. */
  readonly unsealedMs: number;
  /** Age of the oldest checkpoint that no witness has, nor any later one. */
  readonly unwitnessedMs: number;
}

/** The sealed end of a run. */
export interface RunEnd {
  readonly workflowId: string;
  readonly outcome: RunOutcome;
  readonly result: unknown;
  readonly journal: readonly JournalEntry[];
}

/** What there is to do: a run to start, a decision or a signal to deliver. `listening`: look at everything once. */
export type WorkNotice = 'run' | 'decision' | 'signal' | 'listening';

export interface ArtefactRow extends ArtefactRef {
  readonly keptAt: string;
}

export interface Ledger
  extends
    TellingLedger,
    IncidentLedger,
    StoryLedger,
    ReminderLedger,
    AskingRemindersLedger,
    RequestsSeenLedger {
  readonly deployment: string;
  /**
   * A random name, made with the ledger. Effects carry it, so that a deployment whose database was lost and made anew,
   * its ordinals starting at 1 again, never takes an old mark on a host or an object for its own.
   */
  readonly identity: string;

  /**
   * Calls back soon after work was committed by any process, so that nobody polls tightly. A notice can be lost with
   * its connection: keep a slow sweep. Returns what ends it.
   */
  onWork(callback: (notice: WorkNotice) => void): () => void;

  // Alerts in, runs out. One transaction each; concurrent calls through several gateways agree.
  receiveAlert(
    alert: Alert,
    matches: readonly TriggerMatch[],
    refused?: readonly RefusedInput[],
  ): Promise<ReceivedAlert>;
  /** Newest first. */
  alerts(filter: { id?: string; name?: string; limit: number }): Promise<readonly AlertRow[]>;
  /** A run that a person asked for. The same `requestId` twice is the same run. */
  requestRun(r: RunRequest): Promise<RunRow>;
  /** These schedules; one that is not known yet is from now on. */
  schedules(ids: readonly string[]): Promise<readonly ScheduleRow[]>;
  /**
   * Decides a moment of a schedule: starts a run, or skips it because one is open. Nothing is decided (false) for a
   * moment that has been decided, lies before one that has, has not come by the database's clock, or while it is paused.
   */
  startScheduled(s: {
    schedule: string;
    at: string;
    missedSince?: string | undefined;
    overlap: 'skip' | 'queue' | 'allow';
    runbook: string;
    title: string;
    input: unknown;
    correlationKey: string;
    runsAtOnce?: number | undefined;
  }): Promise<{ readonly decided: boolean; readonly workflowId?: string | undefined }>;
  /** Decides a moment that nothing can be started for, and says why; false as above. */
  skipScheduled(s: {
    schedule: string;
    at: string;
    missedSince?: string | undefined;
    why: string;
  }): Promise<{ readonly decided: boolean }>;
  /** Throws a LedgerRefused when it is paused already. */
  pauseSchedule(id: string, order: OrderOf): Promise<void>;
  /** Throws a LedgerRefused when it is not paused. What came meanwhile is not started. */
  resumeSchedule(id: string, order: OrderOf): Promise<void>;
  /** Runs at `received` that wait for nothing any more, oldest first: what a dispatcher still has to start. */
  runsToStart(limit: number): Promise<readonly RunRow[]>;
  runStarted(workflowId: string): Promise<void>;
  /**
   * For a run at `received` whose id Temporal has given to another (a ledger restored from a backup counts ordinals
   * again): it ends, and goes on as the next of its incident, with its alerts, orders and those that wait for it. Answers
   * the new id; nothing when the run is no longer at `received`.
   */
  giveNextId(workflowId: string): Promise<string | undefined>;
  signalsToDeliver(limit: number): Promise<readonly PendingSignal[]>;
  signalDelivered(id: string): Promise<void>;
  /** The alert as its source sent it. */
  receivedAlert(alertId: string): Promise<Alert | undefined>;
  /**
   * An alert that joined a run which ended before it was told (an `unheard` signal) becomes what it would have become had
   * it come just now; the signal is done with. No runs where the alert has ended or no runbook fits it any more;
   * `undefined` where another process did this before.
   */
  receiveAgain(s: {
    signalId: string;
    match: TriggerMatch | undefined;
    refused: readonly RefusedInput[];
  }): Promise<ReceivedAlert['runs'] | undefined>;
  run(workflowId: string): Promise<RunRow | undefined>;
  /**
   * Runs that Temporal may have closed without an end in the ledger: the started ones, and those that went on after
   * their end (a reset) and have something open since. In the order of their ids, from behind `after` on.
   */
  runsToSweep(page: { after?: string | undefined; limit: number }): Promise<readonly string[]>;
  runs(filter: { status?: RunStatus; runbook?: string; limit: number }): Promise<readonly RunRow[]>;
  /** The newest runs in shadow of a runbook, with what each would have done beside what was done. */
  shadowRuns(filter: { runbook: string; limit: number }): Promise<readonly ShadowRun[]>;
  /**
   * Keeps a large output of a run, once however often it is said. Refused (`LedgerRefused`) above
   * `MAX_ARTEFACT_BYTES`, and when the run has a hundred.
   */
  keepArtefact(artefact: Artefact & { workflowId: string }): Promise<ArtefactRef>;
  /** Of a run, in the order in which they were kept. */
  artefacts(workflowId: string): Promise<readonly ArtefactRow[]>;
  /** Undefined where this run has none with this hash. */
  artefactContent(workflowId: string, sha256: string): Promise<Buffer | undefined>;
  /** What runs carried out on a target from that moment on, oldest first, ten at most. */
  effectsOn(o: {
    cluster: string;
    target: string;
    since: string;
  }): Promise<readonly { readonly workflowId: string; readonly summary: string; readonly at: string }[]>;
  /** Times that such alerts fired in the last `since` (like `7d`), newest first, a thousand at most; moments by the ledger's clock. */
  alertHistory(filter: {
    name?: string | undefined;
    /** An alert with others beside these fits as well. */
    labels: Readonly<Record<string, string>>;
    fingerprint?: string | undefined;
    since: string;
  }): Promise<{
    readonly now: string;
    readonly since: string;
    /** When the first alert of any kind was received. */
    readonly heardSince: string | null;
    /** Such an alert was received at some time. */
    readonly ever: boolean;
    readonly firings: readonly {
      name: string;
      source: string;
      fingerprint: string;
      labels: Record<string, string>;
      from: string;
      /** The first end that was received after its beginning, and when the same series began to fire next. */
      endedAt: string | null;
      nextFrom: string | null;
      /** Real runs; `outcome` is null while one is open. */
      runs: { run: string; runbook: string; effect: string; outcome: string | null }[];
    }[];
    readonly truncated: boolean;
  }>;

  // Questions and decisions.
  /** The same question again changes nothing; another one under its id (a run that was reset) is open anew. */
  openQuestion(q: { workflowId: string; runbook: string; question: Question }): Promise<void>;
  /** Keeps what an open question shows now, and records why it changed; a closed one stays as it is. The same news twice is one entry. */
  updateQuestion(q: {
    workflowId: string;
    question: Question;
    news: {
      readonly kind: 'voted' | 'extended' | 'escalated' | 'reminded' | 'joined';
      readonly at: string;
    };
  }): Promise<void>;
  closeQuestion(q: { workflowId: string; questionId: string; closedAs: string }): Promise<void>;
  question(workflowId: string, questionId: string): Promise<QuestionRow | undefined>;
  /** Oldest first. Where there are more than `limit`: those that are open, then the newest. */
  questions(filter: {
    status?: 'open' | 'closed';
    workflowId?: string;
    limit: number;
  }): Promise<readonly QuestionRow[]>;
  /** Idempotent by `id`. `receivedAt` is the database's clock: a decision counts by it. */
  receiveDecision(d: {
    id: string;
    workflowId: string;
    questionId: string;
    signed: Signed;
    person: string;
    answer: string;
    reason: string;
  }): Promise<DecisionRow>;
  decisionsToDeliver(limit: number): Promise<readonly DecisionRow[]>;
  /** The first outcome stands; answers the one that does. */
  decisionDelivered(id: string, outcome: DecisionOutcome): Promise<DecisionOutcome>;
  decisions(workflowId: string, questionId?: string): Promise<readonly DecisionRow[]>;
  /** Those on every question of these runs. */
  decisionsOfRuns(workflowIds: readonly string[]): Promise<readonly DecisionRow[]>;
  /** For a decision that reached the run past the gateway and was refused there. */
  recordRefusal(r: { workflowId: string; questionId: string; why: string; statement: string }): Promise<void>;

  // Effects.
  /** Needs the run in the ledger. Asks once more by itself when the answer to its COMMIT was lost. */
  beginIntent(r: IntentRequest): Promise<BegunIntent>;
  /** Compare-and-set on the attempt's token; false when the attempt was closed by somebody else. */
  finishIntent(
    k: IntentKey & { token: string; result: ResultRow; leaves?: NewLeftover | undefined },
  ): Promise<Closed>;
  /** Closes an attempt that is past its deadline and skew, by what the probe or a person said; false when it has a result already or is not yet due. */
  settleIntent(
    k: IntentKey & { attempt: number; result: ResultRow; skewMs: number; leaves?: NewLeftover | undefined },
  ): Promise<Closed>;
  /** A person did the change and the probe saw it: an attempt that was closed as it began. Needs no leave. */
  recordByHand(
    r: Omit<IntentRequest, 'grant' | 'timeoutMs' | 'requestedAt'> & {
      output: unknown;
      person: string;
      leaves?: NewLeftover | undefined;
    },
  ): Promise<RecordedByHand>;
  /** Has nothing begin of this request, or of an earlier one for the same place, any more; false when an attempt of it has begun. */
  withdrawRequest(k: IntentKey & { readonly requestedAt: string }): Promise<boolean>;
  /** True while this attempt is the open one and no freeze or stop came: asked before the write where the intent was not begun just now. */
  attemptIsOpen(k: IntentKey & { token: string }): Promise<boolean>;
  intents(workflowId: string): Promise<readonly IntentRow[]>;

  // Disruption budgets.
  /** The database's clock. */
  now(): Promise<string>;
  /** The change's place in these budgets, upon facts read after `asOf`; else the run that is before it. */
  takeBudgets(k: IntentKey & { names: readonly string[]; asOf: string }): Promise<string | undefined>;
  /** Whether the change, which has begun, still has all of these places, taken half a minute ago at most. */
  holdsBudgets(k: IntentKey & { names: readonly string[] }): Promise<boolean>;
  /** The change has not begun: its places are free at once. */
  leaveBudgets(k: IntentKey): Promise<void>;
  /** What a run waits for, until its next change begins or waits for something else. */
  noteWait(w: { workflowId: string; what: string; on: readonly string[] }): Promise<void>;

  // Stop button.
  freeze(f: Omit<Freeze, 'id' | 'since'>): Promise<Freeze>;
  lift(id: string, by: string): Promise<void>;
  freezes(): Promise<readonly Freeze[]>;
  /**
   * No effect of this run begins any more; what has begun is finished or settled. (An alert that resolved before the
   * first change stops less: people may still be told, and what was added may be put back.) A run that waits for its
   * turn ends at once. The runs that it started are stopped with it.
   */
  stopRun(workflowId: string, order: OrderOf): Promise<void>;
  /** The run ends at its next safe point; one that waits for its turn at once. The first word stands. Refused when it is over. */
  cancelRun(workflowId: string, order: OrderOf): Promise<void>;
  /**
   * A person takes it over, with the runs that it started: nothing of it begins until they give it back. Twice by the same person is once. Refused when
   * somebody else has it, before it has begun and after its end.
   */
  takeOver(workflowId: string, order: OrderOf): Promise<void>;
  /** `reason` is what they did meanwhile. Refused when nobody has it; only who took it gives it back, unless it is `anybodys`. */
  giveBack(workflowId: string, order: OrderOf & { readonly anybodys?: boolean }): Promise<void>;
  orders(workflowId: string): Promise<Orders>;

  // Delegations.
  delegate(d: Delegation): Promise<Delegation>;
  endDelegation(id: string, by: string): Promise<void>;
  /** Those in force at that moment, now when absent, the oldest first. */
  delegations(filter?: { at?: string | undefined }): Promise<readonly Delegation[]>;

  // Leftovers.
  addLeftover(l: Omit<Leftover, 'id' | 'since' | 'askedAt'>): Promise<void>;
  /** Somebody says that it is gone. The same twice is one; refused when nothing of that id was ever left. */
  clearLeftover(l: { id: string; by: string; reason: string }): Promise<void>;
  /** It may stay until then. Refused when it is not left any more. */
  keepLeftover(l: { id: string; until: string; by: string; reason: string }): Promise<void>;
  /** Those of ended runs that are past their expiry, and about which nobody was asked yet; the longest over first. */
  leftoversToAsk(limit: number): Promise<readonly Leftover[]>;
  leftoverAsked(id: string): Promise<void>;
  leftovers(): Promise<readonly Leftover[]>;

  // The record.
  /** Appends a part of a story that is too long to be handed over at once; `sealRun` gets the rest. The same part twice is one. */
  keepStory(s: { workflowId: string; lines: readonly JournalEntry[] }): Promise<void>;
  /** Appends what the run says about its own end, and the list of all its entries; the same end again changes nothing. */
  sealRun(end: RunEnd): Promise<void>;
  /** The same for a run that cannot say it any more; false, and nothing is written, when it has an end already. */
  sealClosedRun(end: RunEnd): Promise<boolean>;
  /** Gives appended entries their place in the log and signs a checkpoint; hands it to the witness. Safe to call from several processes. */
  seal(): Promise<{ readonly sealed: number; readonly size: number }>;
  recordBacklog(): Promise<RecordBacklog>;
  /** The sealed entries of a run, for `verifyRecord`: `seal` first. */
  exportRecord(workflowId: string): Promise<unknown>;
  exportLog(): Promise<unknown>;

  // Tokens of the API, hashed at rest. Who made and who revoked one is in the record.
  createToken(t: {
    person: string;
    scopes: readonly string[];
    expiresAt: string;
    by: string;
  }): Promise<{ token: Token; secret: string }>;
  findToken(secret: string): Promise<Token | undefined>;
  tokens(): Promise<readonly Token[]>;
  revokeToken(id: string, by: string): Promise<void>;

  // Bundles of runbooks, by the hash of their code.
  /** The same bundle again only renews who kept it last, and when. Refused when it is larger than the ledger keeps. */
  keepBundle(b: { id: string; code: string; contracts: unknown; by: string }): Promise<void>;
  bundleCode(id: string): Promise<string | undefined>;
  /** JSON Schemas of the steps that it was built with, by step name. */
  bundleContracts(id: string): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** Newest first. */
  bundles(): Promise<readonly BundleRow[]>;
  dropBundles(ids: readonly string[]): Promise<void>;
  /** Before it is done. Refused for one that is not kept, and for a retired one. */
  versionMadeCurrent(bundle: string, order: OrderOf): Promise<void>;
  /** It takes no new runs any more; what becomes of the runs that are pinned to it is ordered with it. */
  retireVersion(r: {
    bundle: string;
    order: OrderOf;
    runs: readonly string[];
    become?: 'cancelled' | 'stopped' | 'moved' | undefined;
  }): Promise<void>;
  /** Oldest first. */
  versionsMadeCurrent(): Promise<readonly VersionDecision[]>;
  /** By version. */
  retiredVersions(): Promise<ReadonlyMap<string, VersionDecision>>;

  /**
   * Keeps at its first use which Temporal has the deployment's runs. Throws `WrongTemporal` for every other, with both and
   * the way to move on purpose.
   */
  mustBeHome(there: TemporalIdentity): Promise<void>;
  /** Undefined before its first use. */
  temporalHome(): Promise<TemporalHome | undefined>;
  /** From now on the runs are in the Temporal that has this namespace; the record says who said so. */
  temporalMoved(m: { readonly namespaceId: string; readonly order: OrderOf }): Promise<void>;

  /** Throws when PostgreSQL does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
