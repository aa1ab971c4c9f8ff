import { milliseconds, type Probed } from '../../activities/kit/index.ts';
import type { IntentKey, IntentRow, ResultRow } from '../../ledger/api.ts';
import type { SettleAnswer, SettleRequest } from '../../workflows/engine-activities.ts';
import { accountForLeftover } from './apply.ts';
import { inMs, withContext, workflowId } from './call-context.ts';
import { changeNamed, type ActivityDependencies } from './dependencies.ts';
import { asActivityFailure } from './failures.ts';
import { actingChange, verifyGrant } from './grants.ts';
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
    const open = latest(await deps.ledger.intents(key.workflowId), key);
    const byHand = request.mode === 'by-hand';
    if (!open) return byHand ? probedByHand(deps, request, key) : { state: 'not-begun' };
    // The worker may have been lost between the result and the leftover that it makes.
    if (open.result && isDone(open.result)) return finished(deps, request, key, open.result);
    if (open.result) return byHand ? probedByHand(deps, request, key) : { state: 'not-applied' };
    const due = Date.parse(open.deadline) + ALLOWED_SKEW_MS;
    if (Date.now() < due) return { state: 'not-due', at: new Date(due + 200).toISOString() };
    const probed = await probe(deps, request, key, open.attempt);
    if (probed.state === 'unknown' && !byHand) return probed;
    const result: ResultRow =
      probed.state === 'applied'
        ? { outcome: byHand ? 'by-hand' : 'applied', output: probed.output, settledBy: 'probe' }
        : { outcome: 'not-applied', settledBy: 'probe' };
    if (probed.state === 'unknown') return probed;
    if (!(await deps.ledger.settleIntent({ ...key, attempt: open.attempt, result, skewMs: ALLOWED_SKEW_MS })))
      return { state: 'not-due', at: inMs(1_000).toISOString() };
    if (probed.state === 'not-applied') return { state: 'not-applied' };
    return finished(deps, request, key, result);
  };
}

/** A person says that they did it. Where the probe agrees, an attempt is recorded and closed as done by hand. */
async function probedByHand(
  deps: ActivityDependencies,
  request: SettleRequest,
  key: IntentKey,
): Promise<SettleAnswer> {
  const verdict = await verifyGrant(deps, request, key.workflowId);
  if (!verdict.granted) return { state: 'unknown', reason: verdict.message };
  const probed = await probe(deps, request, key, 0);
  if (probed.state !== 'applied') return probed;
  const { changeHash, planHash, grant } = verdict;
  const begun = await deps.ledger.beginIntent({
    ...key,
    change: actingChange(request),
    changeHash,
    planHash,
    grant,
    cluster: deps.cluster,
    timeoutMs: 1_000,
    worker: deps.worker,
  });
  if (begun.state === 'completed')
    return { state: 'done', outcome: begun.outcome as 'applied', output: begun.output ?? null };
  if (begun.state !== 'begun')
    return {
      state: 'unknown',
      reason: begun.state === 'refused' ? begun.message : 'an earlier attempt has no result yet',
    };
  const result: ResultRow = {
    outcome: 'by-hand',
    output: probed.output,
    message: request.person && `done by ${request.person}`,
    settledBy: 'person',
  };
  await deps.ledger.finishIntent({ ...key, token: begun.token, result });
  return finished(deps, request, key, result);
}

async function finished(
  deps: ActivityDependencies,
  request: SettleRequest,
  key: IntentKey,
  result: ResultRow,
): Promise<SettleAnswer> {
  const acting = actingChange(request);
  await accountForLeftover({
    deps,
    request,
    acting,
    step: changeNamed(deps.steps, acting.step),
    workflowId: key.workflowId,
    outcome: result.outcome,
  });
  return doneAs(result);
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
        contract.input.parse(acting.input),
        contract.preconditions.parse(acting.preconditions),
        { ...context, operation, attempt, reason: request.plan.title },
      ),
    );
  } catch (error) {
    throw asActivityFailure(error);
  }
}

function latest(intents: readonly IntentRow[], key: IntentKey): IntentRow | undefined {
  return intents
    .filter(
      (i) =>
        i.plan === key.plan &&
        i.position.kind === key.position.kind &&
        i.position.index === key.position.index,
    )
    .sort((a, b) => b.attempt - a.attempt)[0];
}

type Done = Extract<SettleAnswer, { state: 'done' }>;
const DONE: readonly ResultRow['outcome'][] = ['applied', 'already-satisfied', 'not-needed', 'by-hand'];
const isDone = (result: ResultRow): boolean => DONE.includes(result.outcome);
const doneAs = (result: ResultRow): Done => ({
  state: 'done',
  outcome: result.outcome as Done['outcome'],
  output: result.output ?? null,
});
