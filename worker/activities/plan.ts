import {
  graver,
  milliseconds,
  type EarlierChange,
  type PlannedChange,
  type PlannedUndo,
  type ProposedChange,
  type Undo,
  type ImplementedChange,
} from '../../activities/kit/index.ts';
import type { ChangeToPlan, PlanAnswer, PlanRequest } from '../../workflows/engine-activities.ts';
import { budgetWarnings } from './budgets.ts';
import { checkOn, clusterToPin, withoutDefault } from './clusters.ts';
import { inMs, withContext, workflowId } from './call-context.ts';
import { consentTo } from './consent.ts';
import { changeNamed, type ActivityDependencies } from './dependencies.ts';
import { asActivityFailure } from './failures.ts';
import { operationOf, operationsOfRun } from './operation.ts';
import { preflight } from './preflight.ts';
import { verifiedStart } from './statements.ts';

const PLAN_LIMIT = '50s';

/** Plans a proposal's changes in order, each knowing the earlier ones, then its put-backs. Changes nothing. */
export function planActivity(deps: ActivityDependencies) {
  return async (request: PlanRequest): Promise<PlanAnswer> => {
    const id = workflowId();
    const start = verifiedStart(deps, request.start, id);
    const earlier: EarlierChange[] = [];
    const planAll = async (
      kind: 'change' | 'put-back',
      list: readonly ChangeToPlan[],
    ): Promise<PlannedChange[]> => {
      const planned: PlannedChange[] = [];
      for (const [index, change] of list.entries()) {
        const operation = operationOf(deps, {
          workflowId: id,
          plan: request.ordinal,
          position: { kind, index },
        });
        const run = operationsOfRun(deps, id);
        const takenBefore = planned.filter(({ diff }) => diff.length > 0);
        const one = await planOne({ deps, change, operation, run, earlier, takenBefore });
        planned.push(one);
        earlier.push({ ...one, operation });
      }
      return planned;
    };
    try {
      await preflight(deps, [...request.changes, ...request.putBacks]);
      const changes = await planAll('change', request.changes);
      const putBacks = await planAll('put-back', request.putBacks);
      const all = [...changes, ...putBacks];
      const risk = all.map((c) => c.risk).reduce(graver);
      const policy = consentTo(deps, { start, risk, steps: all.map((c) => c.step), at: new Date() });
      const clusters = [...new Set(all.flatMap(({ cluster }) => cluster ?? []))];
      return { changes, putBacks, risk, cluster: clusters.join(', ') || deps.cluster, policy };
    } catch (error) {
      throw asActivityFailure(error);
    }
  };
}

interface One {
  readonly deps: ActivityDependencies;
  readonly change: ChangeToPlan;
  readonly operation: string;
  readonly run: string;
  readonly earlier: readonly EarlierChange[];
  /** Those of the same list that change something. */
  readonly takenBefore: readonly PlannedChange[];
}

async function planOne({ deps, change, operation, run, earlier, takenBefore }: One): Promise<PlannedChange> {
  const step = changeNamed(deps.steps, change.step);
  const { contract, implementation } = step;
  const input = withoutDefault(deps, contract, contract.input.parse(change.input));
  const cluster = clusterToPin(deps, contract, input);
  // What another version of the step foresaw says nothing to this one.
  const { data: foreseen } = contract.preconditions.optional().safeParse(change.foreseen);
  const plan = await withContext(inMs(milliseconds(PLAN_LIMIT)), (context) =>
    implementation.plan(input, { ...context, operation, run, earlier, foreseen }),
  );
  const preconditions = contract.preconditions.parse(plan.preconditions);
  const budgets = plan.diff.length
    ? await budgetWarnings(deps, { step: contract.name, input, preconditions, cluster }, takenBefore)
    : [];
  const preimage = contract.preimage.parse(plan.preimage);
  const undo = plan.diff.length ? implementation.undo?.(preimage, { input, operation }) : undefined;
  return json({
    step: contract.name,
    version: contract.version ?? 1,
    input,
    target: contract.target(input),
    summary: contract.summary(input),
    risk: plan.risk ? graver(contract.risk, plan.risk) : contract.risk,
    diff: [...plan.diff],
    preconditions,
    preimage,
    dryRun: plan.dryRun,
    warnings: [...(plan.warnings ?? []), ...budgets],
    ...(undo && { undo: plannedUndo(undo, change.undoOnce, deps) }),
    once: checkOn(deps, change.once, cluster),
    cluster,
  } as PlannedChange);
}

function plannedUndo(
  { change, preconditions, diff, once }: Undo,
  undoOnce: ChangeToPlan['undoOnce'],
  deps: ActivityDependencies,
): PlannedUndo {
  const { step, version, input, target, risk, summary }: ProposedChange = change;
  const { contract }: ImplementedChange = changeNamed(deps.steps, step);
  const cluster = clusterToPin(deps, contract, input);
  return {
    step,
    version,
    input,
    target,
    risk,
    summary,
    preconditions: contract.preconditions.parse(preconditions),
    diff: [...diff],
    once: checkOn(deps, undoOnce ?? once, cluster),
    cluster,
  } as PlannedUndo;
}

/** Exactly what will travel and be hashed: no undefined, nothing that JSON does not carry. */
const json = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
