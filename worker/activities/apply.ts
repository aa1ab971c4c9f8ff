/**
 * The one place where nightshift changes something. In this order, and the order is the promise: the grant is verified;
 * the step takes what was planned; the put-back's check passes; every disruption budget has a place; the intent is durable
 * (which looks at freezes, stops, locks, earlier attempts, and whether the run still waits for this request); the places
 * are still its own; if that was not just now, the attempt is still open; the check is recent; only then the step acts,
 * once; then the result is durable, with what it leaves.
 * What was begun before is answered from the ledger, whatever grant and check say by now.
 */
import {
  changeHash,
  milliseconds,
  StepFailure,
  type ApplyContext,
  type ImplementedChange,
} from '../../activities/kit/index.ts';
import type { IntentKey, ResultRow } from '../../ledger/api.ts';
import type { ApplyAnswer, ApplyRequest } from '../../workflows/engine-activities.ts';
import { takePlaces, type Places } from './budgets.ts';
import { inMs, withContext, withinMs, workflowId } from './call-context.ts';
import { checkBefore } from './check-before.ts';
import { changeNamed, type ActivityDependencies } from './dependencies.ts';
import { definiteFailure } from './failures.ts';
import { actingChange, verifyGrant } from './grants.ts';
import { doneAs, isDone, latestOf } from './begun.ts';
import { keeping } from './keep.ts';
import { leavesOf } from './leaves.ts';
import { operationOf } from './operation.ts';
import { parsedFor, type Parsed } from './parsed.ts';

const DEFAULT_LIMIT = '30s';
/** What `beginIntent` has just looked at is not asked again. A process that was asleep since asks. */
const JUST_NOW_MS = 250;

export function applyActivity(deps: ActivityDependencies) {
  return async (request: ApplyRequest): Promise<ApplyAnswer> => {
    const id = workflowId();
    const key: IntentKey = { workflowId: id, plan: request.plan.ordinal, position: request.position };
    const verdict = await verifyGrant(deps, request, id);
    if (!verdict.granted) {
      const why = verdict.asksPeople ? 'policy-asks-people' : 'not-granted';
      const refused = { state: 'refused', why, message: verdict.message } as const;
      return (await begunBefore(deps, request, key)) ?? refused;
    }
    const acting = actingChange(request);
    const step = changeNamed(deps.steps, acting.step);
    const parsed = parsedFor(step, acting);
    if (!parsed.ok) return (await begunBefore(deps, request, key)) ?? parsed.answer;
    const { timeout = DEFAULT_LIMIT, timeoutFor = () => timeout } = step.contract;
    const limitMs = Math.min(milliseconds(timeout), milliseconds(timeoutFor(parsed.input)));
    // The check comes before the intent: one that does not pass leaves no attempt behind.
    const checked = await checkBefore(deps, acting);
    if (!checked.ready) return (await begunBefore(deps, request, key)) ?? checked.why;
    const room = await takePlaces(deps, acting, key);
    if (!room.taken) return (await begunBefore(deps, request, key)) ?? room.why;
    const { planHash, grant } = verdict;
    // Taken before the ledger takes its own, so that this one never passes later, however long the answer is under way.
    const deadline = inMs(limitMs);
    const isJustNow = withinMs(JUST_NOW_MS);
    const begun = await deps.ledger.beginIntent({
      ...key,
      change: acting,
      changeHash: verdict.changeHash,
      planHash,
      grant,
      requestedAt: request.requestedAt,
      cluster: deps.cluster,
      timeoutMs: limitMs,
      worker: deps.worker,
      holds: request.holds,
    });
    if (begun.state !== 'begun') await leavePlaces(deps, room, key);
    if (begun.state === 'refused') return begun;
    if (begun.state === 'unknown') return UNSETTLED;
    if (begun.state === 'completed') return doneAs(begun);
    const { token, attempt } = begun;
    const { tooOld } = checked;
    return act({ deps, request, parsed, step, key, token, attempt, deadline, isJustNow, tooOld, room });
  };
}

interface Act {
  readonly deps: ActivityDependencies;
  readonly request: ApplyRequest;
  readonly parsed: Extract<Parsed, { ok: true }>;
  readonly step: ImplementedChange;
  readonly key: IntentKey;
  readonly token: string;
  readonly attempt: number;
  readonly deadline: Date;
  /** Whether the intent was begun a moment ago. */
  readonly isJustNow: () => boolean;
  /** Why what was checked before does not count any more. */
  readonly tooOld: () => string | undefined;
  readonly room: Extract<Places, { taken: true }>;
}

async function act({
  deps,
  request,
  parsed,
  step,
  key,
  token,
  attempt,
  deadline,
  isJustNow,
  tooOld,
  room,
}: Act): Promise<ApplyAnswer> {
  const { ledger } = deps;
  const finish = (result: ResultRow) =>
    ledger.finishIntent({ ...key, token, result, leaves: leavesOf(request, step) });
  const operation = operationOf(deps, key);
  const { whyWait } = room;
  let answer: Extract<ApplyAnswer, { state: 'done' }>;
  if (room.places.length > 0 && !(await ledger.holdsBudgets({ ...key, names: room.places }))) {
    const closed = await finish({ outcome: 'not-applied', message: PLACE_LOST, settledBy: 'apply' });
    return closed ? { state: 'refused', why: 'over-budget', message: PLACE_LOST } : settledElsewhere;
  }
  try {
    const applied = await withContext(deadline, async (context) => {
      const reason = request.plan.title;
      const keep = keeping(deps);
      const applyContext: ApplyContext = { ...context, operation, attempt, reason, keep, whyWait };
      if (!isJustNow() && !(await ledger.attemptIsOpen({ ...key, token })))
        throw new StepFailure('refused', 'this attempt was closed before it acted');
      const stale = tooOld();
      if (stale) throw new StepFailure('refused', stale, { next: 'Trying again asks the check anew' });
      return step.implementation.apply(parsed.input, parsed.preconditions, applyContext);
    });
    answer = { state: 'done', outcome: applied.outcome, output: step.contract.output.parse(applied.output) };
  } catch (error) {
    const failed = definiteFailure(error);
    if (!failed) return { state: 'unknown', message: error instanceof Error ? error.message : String(error) };
    const { kind, message, next } = failed;
    if (!(await finish({ outcome: 'failed', message, output: { kind, next }, settledBy: 'apply' })))
      return settledElsewhere;
    return failed;
  }
  const closed = await finish({ outcome: answer.outcome, output: answer.output, settledBy: 'apply' });
  return closed ? { ...answer, adopted: closed.adopted } : settledElsewhere;
}

const PLACE_LOST =
  'it took so long to begin that its place in a disruption budget is given away; it looks again';

/** What is not begun keeps nobody waiting. Where the ledger does not answer, the place falls back by itself. */
async function leavePlaces(
  { ledger }: ActivityDependencies,
  { places }: Extract<Places, { taken: true }>,
  key: IntentKey,
): Promise<void> {
  if (places.length > 0) await ledger.leaveBudgets(key).catch(() => undefined);
}

const UNSETTLED: ApplyAnswer = { state: 'unknown', message: 'an earlier attempt has no result yet' };

const settledElsewhere: ApplyAnswer = {
  state: 'unknown',
  message: 'this attempt was settled by another worker',
};

/** What the ledger has of this very change, when it was begun before: a refusal now does not undo that. */
async function begunBefore(
  deps: ActivityDependencies,
  request: ApplyRequest,
  key: IntentKey,
): Promise<ApplyAnswer | undefined> {
  const latest = latestOf(await deps.ledger.intents(key.workflowId), key);
  if (latest?.changeHash !== changeHash(request.change)) return undefined;
  if (!latest.result) return UNSETTLED;
  return isDone(latest.result) ? doneAs(latest.result) : undefined;
}
