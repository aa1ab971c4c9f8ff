import { changeHash, milliseconds, planHash, type Probed } from '../../activities/kit/index.ts';
import type { IntentKey, ResultRow } from '../../ledger/api.ts';
import type { SettleAnswer, SettleRequest } from '../../workflows/engine-activities.ts';
import { doneAs, failedAs, isDone, latestOf } from './begun.ts';
import { inMs, withContext, workflowId } from './call-context.ts';
import { inputOf } from './clusters.ts';
import { changeNamed, nowOf, type ActivityDependencies } from './dependencies.ts';
import { asActivityFailure } from './failures.ts';
import { actingChange } from './grants.ts';
import { keeping } from './keep.ts';
import { leavesOf } from './leaves.ts';
import { operationOf } from './operation.ts';

/** How far the clocks of worker and ledger may differ. */
export const ALLOWED_SKEW_MS = 2_000;
const PROBE_LIMIT = '30s';

/** What became of an attempt that has no result: waits until it can no longer be running, asks the probe, closes it by compare-and-set. */
export function settleActivity(deps: ActivityDependencies) {
  return async (request: SettleRequest): Promise<SettleAnswer> => {
    const key: IntentKey = {
      workflowId: workflowId(),
      plan: request.plan.ordinal,
      position: request.position,
    };
    const open = latestOf(await deps.ledger.intents(key.workflowId), key);
    if (open?.result && isDone(open.result)) return doneAs(open.result);
    if (request.mode === 'by-hand' && (!open || open.result)) return probedByHand(deps, request, key);
    const { requestedAt } = request;
    if (requestedAt === undefined) {
      // A run of an earlier version: it does not say which request it asks about, so there is none to withdraw.
      if (!open) return { state: 'not-begun' };
      if (open.result) return { state: 'not-applied' };
    } else if (!open || (open.result && open.requestedAt !== requestedAt)) {
      // Whoever was handed it may be asleep: it wakes too late from here on.
      const withdrawn = await deps.ledger.withdrawRequest({ ...key, requestedAt });
      return withdrawn ? { state: 'not-begun' } : { state: 'not-due', at: inMs(0).toISOString() };
    }
    if (open.result)
      return open.result.outcome === 'failed' ? failedAs(open.result) : { state: 'not-applied' };
    const due = Date.parse(open.deadline) + ALLOWED_SKEW_MS;
    if (nowOf(deps) < due) return { state: 'not-due', at: new Date(due + 200).toISOString() };
    const probed = await probe(deps, request, key, open.attempt);
    if (probed.state === 'unknown') return probed;
    const result: ResultRow =
      probed.state === 'applied'
        ? {
            outcome: request.mode === 'by-hand' ? 'by-hand' : 'applied',
            output: probed.output,
            settledBy: 'probe',
          }
        : { outcome: 'not-applied', settledBy: 'probe' };
    const closed = await deps.ledger.settleIntent({
      ...key,
      attempt: open.attempt,
      result,
      skewMs: ALLOWED_SKEW_MS,
      leaves: leavesOf(request, changeNamed(deps.steps, actingChange(request).step)),
    });
    if (!closed) return { state: 'not-due', at: new Date(nowOf(deps) + 1_000).toISOString() };
    if (probed.state === 'not-applied') return { state: 'not-applied' };
    return { ...doneAs(result), adopted: closed.adopted };
  };
}

/**
 * A person says that they did it. Where the probe agrees, it is recorded as done by hand: nothing of ours acts, so it
 * needs no grant, and neither a freeze nor a lock stands against having looked.
 */
async function probedByHand(
  deps: ActivityDependencies,
  request: SettleRequest,
  key: IntentKey,
): Promise<SettleAnswer> {
  const probed = await probe(deps, request, key, 0);
  if (probed.state !== 'applied') return probed;
  const acting = actingChange(request);
  const recorded = await deps.ledger.recordByHand({
    ...key,
    change: acting,
    changeHash: changeHash(request.change),
    planHash: planHash(request.plan),
    cluster: deps.cluster,
    worker: deps.worker,
    output: probed.output,
    person: request.person ?? 'somebody',
    leaves: leavesOf(request, changeNamed(deps.steps, acting.step)),
  });
  if (recorded.state === 'refused') return { state: 'unknown', reason: recorded.message };
  const { outcome, output } = recorded;
  const adopted = recorded.state === 'recorded' ? recorded.adopted : [];
  return { ...doneAs({ outcome, output }), adopted };
}

async function probe(
  deps: ActivityDependencies,
  request: SettleRequest,
  key: IntentKey,
  attempt: number,
): Promise<Probed<unknown>> {
  const acting = actingChange(request);
  const { contract, implementation } = changeNamed(deps.steps, acting.step);
  const operation = operationOf(deps, key);
  try {
    return await withContext(inMs(milliseconds(PROBE_LIMIT)), (context) =>
      implementation.probe(
        contract.input.parse(inputOf(acting)),
        contract.preconditions.parse(acting.preconditions),
        { ...context, operation, attempt, reason: request.plan.title, keep: keeping(deps) },
      ),
    );
  } catch (error) {
    throw asActivityFailure(error);
  }
}
