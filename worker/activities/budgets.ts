/**
 * Disruption budgets: how many nodes may be away at once. Other people's cordons and nodes that are not Ready count as
 * well, so what counts is read from the cluster: for the plan, and again right before each change. The ledger gives the
 * budgets to one change at a time, and only upon facts that are younger than the last one's end; so two runs that look
 * at the same moment do not both take the last place.
 */
import type { DisruptionBudget } from '../../config/index.ts';
import type { IntentKey } from '../../ledger/api.ts';
import type { ApplyAnswer } from '../../workflows/engine-activities.ts';
import { judgeBudget, type NodeFacts } from './budget-rule.ts';
import { inMs, withContext } from './call-context.ts';
import { changeNamed, isRead, type ActivityDependencies } from './dependencies.ts';
import { definiteFailure } from './failures.ts';

const LOOK_LIMIT_MS = 10_000;
const LIST_NODES = 'kubernetes.listNodes';

interface Acting {
  readonly step: string;
  readonly input: unknown;
}

/** What the budgets say of a change, for its plan; empty where none is concerned. */
export async function budgetWarnings(deps: ActivityDependencies, acting: Acting): Promise<string[]> {
  const judged = await judgeAll(deps, acting);
  return judged.map(({ text, within }) => (within ? text : `${text}. It would wait until one is back`));
}

/** Takes the change's place in every budget that it concerns; a refusal when it has to wait. */
export async function takeBudgets(
  deps: ActivityDependencies,
  acting: Acting,
  key: IntentKey,
): Promise<ApplyAnswer | undefined> {
  if (takesAway(deps, acting) === undefined) return undefined;
  const { ledger } = deps;
  try {
    const asOf = await ledger.now();
    const judged = await judgeAll(deps, acting);
    if (judged.length === 0) return undefined;
    const over = judged.filter((j) => !j.within);
    const holder = over.length
      ? undefined
      : await ledger.takeBudgets({ ...key, names: judged.map((j) => j.budget.name), asOf });
    if (over.length === 0 && holder === undefined) return undefined;
    const what = over.length ? over.map((j) => j.text).join('; ') : 'its place in a disruption budget';
    await ledger.noteWait({ workflowId: key.workflowId, what, on: holder === undefined ? [] : [holder] });
    const message =
      holder === undefined ? what : `the run ${holder} is taking a node of the same budget away`;
    return { state: 'refused', why: 'over-budget', message };
  } catch (error) {
    const failed = definiteFailure(error);
    if (!failed) throw error;
    return { ...failed, message: `the disruption budgets could not be looked at: ${failed.message}` };
  }
}

function takesAway(deps: ActivityDependencies, { step, input }: Acting): string | undefined {
  if (!deps.budgets?.length) return undefined;
  const { contract } = changeNamed(deps.steps, step);
  return contract.takesAway?.(contract.input.parse(input));
}

async function judgeAll(deps: ActivityDependencies, acting: Acting) {
  const taking = takesAway(deps, acting);
  if (taking === undefined) return [];
  const judged = await Promise.all(
    (deps.budgets ?? []).map(async (budget) => ({
      budget,
      verdict: judgeBudget(budget, { nodes: await nodesOf(deps, budget), taking }),
    })),
  );
  return judged.flatMap(({ budget, verdict }) => (verdict ? [{ budget, ...verdict }] : []));
}

async function nodesOf(
  deps: ActivityDependencies,
  { nodes }: DisruptionBudget,
): Promise<readonly NodeFacts[]> {
  const read = deps.steps.filter(isRead).find((step) => step.contract.name === LIST_NODES);
  if (!read) throw new TypeError(`this worker has no read "${LIST_NODES}", which disruption budgets need`);
  const answer = await withContext(inMs(LOOK_LIMIT_MS), (context) =>
    read.run(read.contract.input.parse({ selector: nodes }), context),
  );
  return (read.contract.output.parse(answer) as { nodes: NodeFacts[] }).nodes;
}
