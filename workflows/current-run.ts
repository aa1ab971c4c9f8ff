/**
 * The state of the one run that this sandbox holds. Module state is right here: Temporal gives every run its own
 * instance of the bundle's modules.
 */
import type { CancellationScope } from '@temporalio/workflow';
import { workflowInfo } from '@temporalio/workflow';
import { showCurrent } from './current-details.ts';
import type { RunbookDefinition } from './define-runbook.ts';
import type { Ending } from './endings.ts';
import { Journal, now } from './journal.ts';
import type { RunOutcome, Signed, StartStatement } from './messages.ts';
import type { AskedQuestion } from './questions.ts';
import type { Hands, Order, Unanswered } from './engine-activities.ts';
import type { CarriedOut } from './carry-out-one.ts';
import type { ChangeValue, GrantedPlan } from './plan.ts';
import type { WouldDo } from './shadow.ts';

export class CurrentRun {
  readonly startedAt = now();
  readonly journal = new Journal(() => showCurrent(this));
  readonly questions = new Map<string, AskedQuestion>();
  /** Made and not yet proposed: reported at the end. */
  readonly unproposed = new Set<ChangeValue>();
  /** Carried out and not put back, newest first: what an undo is offered for. */
  readonly carriedOut: CarriedOut[] = [];
  /** Granted plans whose put-backs were not carried out yet. */
  readonly owedPutBacks: GrantedPlan[] = [];
  /** What was not put back at the end because its check has not passed, in words. */
  readonly notPutBack: string[] = [];
  readonly background: Promise<unknown>[] = [];
  /** What a run that only tries has taken for granted, in words. */
  readonly assumed: string[] = [];
  /** The plans that it would have asked for. */
  readonly wouldDo: WouldDo[] = [];
  /** The last of its alerts has ended. */
  alertResolved = false;
  runbook: RunbookDefinition | undefined;
  signedStart: Signed | undefined;
  start: StartStatement | undefined;
  unanswered: Unanswered | undefined;
  scope: CancellationScope | undefined;
  ending: Ending | undefined;
  outcome: RunOutcome | undefined;
  /** Changes of risk `reversible` or above that were handed to a worker, and not sent back to wait for their turn. */
  changesBegun = 0;
  /** Who is asked in the place of the runbook's owner. */
  actsFor: string | undefined;
  /** In whose hands it is, and how often it was given back. */
  hands: Hands = { turn: 0, taken: false, by: '', reason: '' };
  givenBack = 0;
  /** Who had it in their hands last. */
  handledBy = '';
  /** Who pressed the stop button: no effect of this run begins any more, its undo neither. */
  stopped: Order | undefined;
  /** Whether this run's own worker plans and carries out changes too; not known before the first plan. */
  workerMayChange: boolean | undefined;
  /** Reads that are under way. */
  reading = 0;
  /** Changes that are with a worker now. */
  attempting = 0;
  #lastRequest = 0;
  #ordinals = { question: 0, plan: 0, reminder: 0, run: 0 };

  next(what: 'question' | 'plan' | 'reminder' | 'run'): number {
    return ++this.#ordinals[what];
  }

  /** It has asked for runs of other runbooks. */
  get hasStartedOthers(): boolean {
    return this.#ordinals.run > 0;
  }

  /** The moment of a request to carry something out: each later than the one before. */
  nextRequest(): string {
    this.#lastRequest = Math.max(Date.now(), this.#lastRequest + 1);
    return new Date(this.#lastRequest).toISOString();
  }

  get workflowId(): string {
    return workflowInfo().workflowId;
  }

  get owner(): string {
    return this.actsFor ?? this.runbook?.owner ?? 'nobody';
  }

  /** Ends the run at its next safe point: everything it awaits is cancelled, nothing under way is cut. */
  end(ending: Ending): void {
    if (this.ending || this.outcome) return;
    this.ending = ending;
    this.scope?.cancel();
  }

  /** The stop button: ends what the run awaits, also what it asks at its end. */
  stop(order: Order): void {
    if (this.stopped) return;
    this.stopped = order;
    const reason = `the run was stopped by ${order.by}: ${order.reason}`;
    if (!this.outcome) return this.end({ outcome: 'stopped', reason });
    this.journal.say({ kind: 'note', name: 'stop', text: `At its end ${reason}` });
    this.scope?.cancel();
  }
}

export const run = new CurrentRun();
