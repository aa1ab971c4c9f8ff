/**
 * What became of the targets of changes that a run in shadow would have made. Changes nothing: the step's own probe says
 * whether it was done, as it does for "done by hand"; where it was not, planning it anew shows whether what justified it
 * still holds.
 */
import { isDeepStrictEqual } from 'node:util';
import {
  milliseconds,
  StepFailure,
  type CallContext,
  type EarlierChange,
  type PlannedChange,
  shortened,
} from '../../activities/kit/index.ts';
import type { Look, Write } from '../../workflows/agreement.ts';
import type { EngineActivities } from '../../workflows/engine-activities.ts';
import { inMs, withContext, workflowId } from './call-context.ts';
import { inputOf } from './clusters.ts';
import { changeNamed, type ActivityDependencies } from './dependencies.ts';
import { keeping } from './keep.ts';
import { operationOf, operationsOfRun } from './operation.ts';

const PROBE_LIMIT = '30s';
const PLAN_LIMIT = '50s';
const WRITES_LIMIT = '10s';

export function lookWhatIsDoneActivity(deps: ActivityDependencies): EngineActivities['lookWhatIsDone'] {
  return async ({ ordinal, askedAt, changes }) => {
    const id = workflowId();
    const looks: Look[] = [];
    const earlier: EarlierChange[] = [];
    for (const [index, change] of changes.entries()) {
      const position = { kind: 'change', index } as const;
      const operation = operationOf(deps, { workflowId: id, plan: ordinal, position });
      const seen = await lookAt(deps, { change, operation, earlier });
      const done = seen.agreement === 'same' || seen.agreement === 'other';
      looks.push({ ...seen, writes: done ? await writesTo(deps, change.target, askedAt) : [] });
      earlier.push({ ...change, input: inputOf(change), operation });
    }
    return looks;
  };
}

interface Looked {
  readonly change: PlannedChange;
  /** The operation id that it would have had: nothing carries it. */
  readonly operation: string;
  readonly earlier: readonly EarlierChange[];
}

async function lookAt(deps: ActivityDependencies, looked: Looked): Promise<Omit<Look, 'writes'>> {
  try {
    const probed = await probe(deps, looked);
    if (probed.state === 'applied')
      return { agreement: 'same', reason: 'its target is as this change would have left it' };
    return await plannedAnew(deps, looked);
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    if (error.kind === 'conflict' || error.kind === 'invalid')
      return { agreement: 'other', reason: `it could not be done any more: ${error.message}` };
    return { agreement: 'unknown', reason: error.message };
  }
}

function probe(deps: ActivityDependencies, { change, operation }: Looked) {
  const { contract, implementation } = changeNamed(deps.steps, change.step);
  return withContext(inMs(milliseconds(PROBE_LIMIT)), (context) =>
    implementation.probe(
      contract.input.parse(inputOf(change)),
      contract.preconditions.parse(change.preconditions),
      { ...context, operation, attempt: 0, reason: change.summary, keep: keeping(deps) },
    ),
  );
}

async function plannedAnew(
  deps: ActivityDependencies,
  { change, operation, earlier }: Looked,
): Promise<Omit<Look, 'writes'>> {
  const { contract, implementation } = changeNamed(deps.steps, change.step);
  const run = operationsOfRun(deps, workflowId());
  const { diff, preconditions } = await withContext(inMs(milliseconds(PLAN_LIMIT)), (context) =>
    implementation.plan(contract.input.parse(inputOf(change)), { ...context, operation, run, earlier }),
  );
  if (diff.length === 0 && change.diff.length > 0)
    return { agreement: 'same', reason: 'nothing is left that this change would change' };
  const now = json(contract.preconditions.parse(preconditions));
  const differences = differencesOf(change.preconditions, now);
  return differences.length === 0
    ? { agreement: 'nothing', reason: 'what it was planned upon still holds' }
    : { agreement: 'other', reason: `it is not done, and ${differences.join('; ')}` };
}

/** Exactly what travelled with the plan: no undefined, nothing that JSON does not carry. */
const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null)) as unknown;

function differencesOf(then: unknown, now: unknown): string[] {
  const [was, is] = [then, now].map((facts) => (facts ?? {}) as Readonly<Record<string, unknown>>);
  const names = [...new Set([...Object.keys(was!), ...Object.keys(is!)])];
  return names
    .filter((name) => !isDeepStrictEqual(was![name], is![name]))
    .map((name) => `${name} was ${short(was![name])}, is ${short(is![name])}`);
}

const short = (value: unknown): string => shortened(JSON.stringify(value) ?? 'absent', 80);

const MOST_WRITES = 5;

/** Evidence beside the verdict: where its source does not answer, the verdict stands without it. */
async function writesTo(deps: ActivityDependencies, target: string, since: string): Promise<Write[]> {
  const byRuns = deps.ledger
    .effectsOn({ cluster: deps.cluster, target, since })
    .then((effects) =>
      effects.map(({ at, workflowId: who, summary }) => ({ at, who: `run ${who}`, what: summary })),
    )
    .catch((): Write[] => []);
  const byOthers = withContext(inMs(milliseconds(WRITES_LIMIT)), async (context: CallContext) =>
    deps.whoWrote ? await deps.whoWrote(target, since, context) : [],
  ).catch((): readonly Write[] => []);
  return [...(await byRuns), ...(await byOthers)]
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .slice(0, MOST_WRITES);
}
