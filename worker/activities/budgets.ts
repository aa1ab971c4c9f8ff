/**
 * Disruption budgets: how much may be away at once. What others took counts as well, so what counts is read from the
 * cluster: for the plan, and again right before each change. The ledger gives a place in a budget to one change at a time,
 * and only upon facts that are younger than the last one's end; so two runs that look at the same moment do not both take
 * the last one. Right before the effect it is asked whether the place is still this change's.
 */
import { StepFailure, type PodToTake, type Taken } from '../../activities/kit/index.ts';
import { kubernetes, type Disrupted } from '../../activities/kubernetes/contract.ts';
import type { IntentKey } from '../../ledger/api.ts';
import type { ApplyAnswer } from '../../workflows/engine-activities.ts';
import { judgeBudget, type Judged } from './budget-rule.ts';
import { inMs, withContext } from './call-context.ts';
import { changeNamed, isRead, type ActivityDependencies } from './dependencies.ts';
import { definiteFailure } from './failures.ts';
import { operationsOfDeployment } from './operation.ts';

const LOOK_LIMIT_MS = 15_000;

interface Acting {
  readonly step: string;
  readonly input: unknown;
  readonly preconditions: unknown;
  /** Where the deployment has several. */
  readonly cluster?: string | undefined;
}

/** What the budgets say of a change, for its plan; empty where none is concerned. `earlier`: changes of the plan before it. */
export async function budgetWarnings(
  deps: ActivityDependencies,
  acting: Acting,
  earlier: readonly Acting[],
): Promise<string[]> {
  const taking = takenBy(deps, acting);
  if (!taking) return [];
  const { cluster } = acting;
  const before = earlier.flatMap((one) => (one.cluster === cluster ? (takenBy(deps, one) ?? []) : []));
  const seen = await judgeAll(deps, { taking, before, cluster });
  return seen.map(({ verdict, text }) => {
    if (verdict === 'room') return text;
    return verdict === 'full'
      ? `${text}. It would wait until there is room`
      : `${text}. It can never be carried out like this`;
  });
}

/** A change's places in the budgets that it concerns, or why it may not begin. */
export type Places =
  | {
      readonly taken: true;
      readonly places: readonly string[];
      /** For a change that takes pods one after the other: why this one has to wait. */
      readonly whyWait?: ((pod: PodToTake) => Promise<string | undefined>) | undefined;
    }
  | { readonly taken: false; readonly why: Extract<ApplyAnswer, { state: 'refused' | 'failed' }> };

const NONE: Places = { taken: true, places: [] };

export async function takePlaces(
  deps: ActivityDependencies,
  acting: Acting,
  key: IntentKey,
): Promise<Places> {
  const taking = takenBy(deps, acting);
  if (!taking) return NONE;
  const { ledger } = deps;
  const { cluster } = acting;
  try {
    const asOf = await ledger.now();
    const judged = await judgeAll(deps, { taking, before: [], cluster });
    const never = judged.find(({ verdict }) => verdict === 'never');
    if (never) return { taken: false, why: neverFits(never) };
    const full = judged.filter(({ verdict }) => verdict === 'full');
    const places = judged.map(({ place }) => place);
    if (full.length > 0) {
      const what = full.map(({ text }) => text).join('; ');
      await ledger.noteWait({ workflowId: key.workflowId, what, on: full.flatMap(({ runs }) => runs) });
      return { taken: false, why: mustWait(what) };
    }
    const holder = places.length > 0 ? await ledger.takeBudgets({ ...key, names: places, asOf }) : undefined;
    if (holder !== undefined) {
      const what = `its turn in ${places.map((place) => `disruption budget "${place}"`).join(', ')}`;
      await ledger.noteWait({ workflowId: key.workflowId, what, on: [holder] });
      return {
        taken: false,
        why: mustWait(`${what}: the run ${holder} is taking from it: nightshift show ${holder}`),
      };
    }
    return { taken: true, places, whyWait: taking.oneByOne ? whyWait(deps, cluster) : undefined };
  } catch (error) {
    const failed = definiteFailure(error);
    if (!failed) throw error;
    const message = `the disruption budgets could not be looked at: ${failed.message}`;
    return { taken: false, why: { ...failed, message } };
  }
}

const mustWait = (message: string) => ({ state: 'refused', why: 'over-budget', message }) as const;

const neverFits = ({ text }: Judged) =>
  ({
    state: 'failed',
    kind: 'refused',
    message: text,
    next: 'Waiting does not help: take fewer at once, or raise the budget in the configuration',
  }) as const;

/** Asked again for each pod, since the others that went before it are away by then. */
const whyWait =
  (deps: ActivityDependencies, cluster: string | undefined) =>
  async (pod: PodToTake): Promise<string | undefined> => {
    try {
      const judged = await judgeAll(deps, { taking: { pods: [pod] }, before: [], cluster });
      return judged.find(({ verdict }) => verdict !== 'room')?.text;
    } catch (error) {
      // Others went before it: this one waits, what was done stands.
      if (!(error instanceof StepFailure)) throw error;
      return `the disruption budgets could not be looked at: ${error.message}`;
    }
  };

function takenBy(deps: ActivityDependencies, { step, input, preconditions }: Acting): Taken | undefined {
  if (!deps.budgets?.length) return undefined;
  const { contract } = changeNamed(deps.steps, step);
  return contract.takesAway?.(contract.input.parse(input), contract.preconditions.parse(preconditions));
}

async function judgeAll(
  deps: ActivityDependencies,
  {
    cluster,
    ...taken
  }: {
    readonly taking: Taken;
    readonly before: readonly Taken[];
    readonly cluster: string | undefined;
  },
): Promise<(Judged & { readonly runs: readonly string[] })[]> {
  const budgets = deps.budgets ?? [];
  const seen = await look(deps, {
    ...taken,
    cluster,
    over: budgets.map(({ name, per, nodes, labels, of }) => ({ budget: name, per, nodes, labels, of })),
  });
  return seen.flatMap((one) => {
    const budget = budgets.find(({ name }) => name === one.budget);
    const judged = budget && judgeBudget(budget, one, taken.taking);
    if (!judged) return [];
    const there = cluster === undefined ? judged : ofCluster(judged, { cluster, deps });
    return [{ ...there, runs: runsAmong(deps, one) }];
  });
}

/** Each cluster has budgets of its own; the default's places are called as they were before there were others. */
const ofCluster = (
  judged: Judged,
  { cluster, deps }: { readonly cluster: string; readonly deps: ActivityDependencies },
): Judged => ({
  ...judged,
  place: cluster === deps.cluster ? judged.place : `${judged.place} in ${cluster}`,
  text: `in cluster ${cluster}: ${judged.text}`,
});

async function look(deps: ActivityDependencies, input: unknown): Promise<readonly Disrupted[]> {
  const { contract } = kubernetes.disruptions;
  const read = deps.steps.filter(isRead).find((step) => step.contract.name === contract.name);
  if (!read) throw new TypeError(`this worker has no read "${contract.name}", which disruption budgets need`);
  const answer = await withContext(inMs(LOOK_LIMIT_MS), (context) =>
    read.run(contract.input.parse(input), context),
  );
  return contract.output.parse(answer).disrupted;
}

/** The runs of this deployment whose cordons are in the way. */
function runsAmong(deps: ActivityDependencies, { who }: Disrupted): string[] {
  const ours = operationsOfDeployment(deps);
  const runs = who.flatMap(({ operation }) =>
    operation?.startsWith(ours) ? operation.slice(ours.length).split('/').slice(0, -2).join('/') : [],
  );
  return [...new Set(runs)];
}
