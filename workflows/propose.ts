import { isCancellation } from '@temporalio/workflow';
import {
  changeHash,
  planHash,
  type AnswerOf,
  type FailedKind,
  type OnFailure,
  type ProposedPutBack,
} from '../activities/kit/index.ts';
import { plan as planNow } from './change-worker.ts';
import { run } from './current-run.ts';
import type { ChangeToPlan, PlanAnswer, PlanRequest } from './engine-activities.ts';
import { failed, failureMessage } from './failure-message.ts';
import { handsOff } from './hands-off.ts';
import { heldAt } from './held.ts';
import type { AtTheEnd, Changes, ChangeValue, Plan, ProposedWayBack } from './plan.ts';
import { historyRoom } from './history-room.ts';

export interface ProposeOptions<F extends OnFailure = 'hold'> {
  /** The evidence, as Markdown: what the person needs to see before saying yes. */
  readonly because?: string;
  /** Carried out later in the run, each only when its check has passed. */
  readonly putBack?: readonly ProposedPutBack[];
  /**
   * What becomes of the put-backs when the run ends without having come to `putBack`. `put-back`, the default: each is
   * carried out if its check passes. `leave`: only the run knows when it is time, for example because people are at work;
   * what it changed stays, is listed as left, and its undo is offered where the run ended early.
   */
  readonly atTheEnd?: AtTheEnd;
  /**
   * What happens when it cannot be planned: `hold` when absent; `abort` throws PlanFailed; `continue` answers the plan, or
   * why there is none.
   */
  readonly onFailure?: F;
}

/** Changes could not be planned, and `onFailure` was `'abort'`. Uncaught it fails the run. */
export class PlanFailed extends Error {
  override readonly name = 'PlanFailed';
  readonly kind: FailedKind;

  constructor(message: string, kind: FailedKind) {
    super(message);
    this.kind = kind;
  }
}

/**
 * Works out exactly what the changes would do: targets by identity, diffs by dry run, preconditions, undos. Changes
 * nothing. A failure to plan is put before a person, thrown (`onFailure: 'abort'`) or answered (`'continue'`).
 */
export async function propose<const C extends Changes, F extends OnFailure = 'hold'>(
  title: string,
  changes: C,
  options?: ProposeOptions<F>,
): Promise<AnswerOf<Plan<C>, F>>;
export async function propose(
  title: string,
  changes: Changes,
  options: ProposeOptions<OnFailure> = {},
): Promise<AnswerOf<Plan, OnFailure>> {
  const { because = '', putBack: putBacks = [], atTheEnd, onFailure = 'hold' } = options;
  if (changes.length === 0) throw new RangeError(`propose("${title}"): a plan needs at least one change`);
  const proposal: Proposal = { title, because, changes, putBacks, atTheEnd };
  if (onFailure === 'hold') return plan(proposal);
  await historyRoom.ahead();
  try {
    const value = await planOnce(proposal);
    return onFailure === 'continue' ? { ok: true, value } : value;
  } catch (error) {
    if (isCancellation(error)) throw error;
    const why = failed(error);
    if (onFailure === 'continue') return why;
    throw new PlanFailed(`Plan "${title}": ${why.message}`, why.kind);
  }
}

interface Proposal {
  readonly title: string;
  readonly because: string;
  readonly changes: Changes;
  readonly putBacks: readonly ProposedWayBack[];
  readonly atTheEnd?: AtTheEnd | undefined;
  /** The plan whose place it takes. */
  readonly insteadOf?: number;
}

/** Until there is a plan: what fails is put before a person. */
export async function plan<C extends Changes>(proposal: Proposal): Promise<Plan<C>> {
  await historyRoom.ahead();
  const ordinal = run.next('plan');
  for (;;) {
    try {
      return await planOnce<C>(proposal, ordinal);
    } catch (error) {
      if (isCancellation(error)) throw error;
      await heldAt({ what: `Plan "${proposal.title}"`, error, options: ['retry', 'abort'] });
    }
  }
}

/** One try. Throws what went wrong, and asks nobody. */
export async function planOnce<C extends Changes>(
  { title, because, changes, putBacks, atTheEnd, insteadOf }: Proposal,
  ordinal = run.next('plan'),
): Promise<Plan<C>> {
  await handsOff();
  const { givenBack } = run;
  for (const change of [...changes, ...putBacks.map((b) => b.change)]) run.unproposed.delete(change);
  const answer = await planned(title, {
    ordinal,
    start: run.signedStart!,
    changes: changes.map((c) => toPlan(c)),
    putBacks: putBacks.map((b) => ({ ...toPlan(b.change), once: b.check })),
  });
  const digest = {
    ordinal,
    title,
    changes: answer.changes.map(changeHash),
    putBacks: answer.putBacks.map(changeHash),
    risk: answer.risk,
    steps: [...answer.changes, ...answer.putBacks].map((c) => c.step),
  };
  return {
    title,
    because,
    digest,
    hash: planHash(digest),
    planned: answer.changes,
    plannedPutBacks: answer.putBacks,
    risk: answer.risk,
    cluster: answer.cluster,
    policy: answer.policy,
    insteadOf,
    givenBack,
    proposal: { changes, putBacks, atTheEnd },
  };
}

async function planned(title: string, request: PlanRequest): Promise<PlanAnswer> {
  const entry = run.journal.begin({ kind: 'propose', name: `plan ${request.ordinal}`, text: title });
  try {
    const answer = await planNow(request);
    const targets = [...answer.changes, ...answer.putBacks].map((c) => c.target);
    entry.end('ok', { facts: { risk: answer.risk, targets: [...new Set(targets)] } });
    return answer;
  } catch (error) {
    entry.end(isCancellation(error) ? 'skipped' : 'failed', {
      ...(!isCancellation(error) && { facts: { message: failureMessage(error) } }),
    });
    throw error;
  }
}

const toPlan = ({
  step,
  input,
  target,
  summary,
  undoCheck,
  cluster,
  preconditions,
}: ChangeValue): ChangeToPlan => ({
  step,
  input: cluster === undefined ? input : { ...(input as object), cluster },
  target,
  summary,
  ...(undoCheck && { undoOnce: undoCheck }),
  ...(preconditions !== undefined && { foreseen: preconditions }),
});
