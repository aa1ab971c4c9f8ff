import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import {
  isNestedTooDeep,
  MAX_NESTING,
  milliseconds,
  StepFailure,
  Verdict,
  type CallContext,
  type ImplementedRead,
} from '../../activities/kit/index.ts';
import { activityType, NOT_YET } from '../../workflows/engine-activities.ts';
import { inMs, withContext } from './call-context.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { asActivityFailure } from './failures.ts';
import { keeping } from './keep.ts';
import { untilPassed, type Listening } from './until-passed.ts';

/** Outputs above this belong into the artefact store: results of parallel local activities share one 4 MB message. */
const MAX_OUTPUT_BYTES = 400_000;
const CHECK_LIMIT_MS = 50_000;

type Activity = (input: unknown) => Promise<unknown>;

/** The activities of one read: the read itself, and where its output is a verdict, the check that fails until it passes. */
export function readActivities(
  { contract, run, follow }: ImplementedRead,
  deps: Pick<ActivityDependencies, 'ledger' | 'stopping'> & { readonly listening: Listening },
): Record<string, Activity> {
  const limit = milliseconds(contract.timeout ?? '5s');
  const read = async (raw: unknown, limitMs: number, keep?: CallContext['keep']): Promise<unknown> => {
    const output = await withContext(inMs(limitMs), (context) =>
      run(contract.input.parse(raw), { ...context, keep }),
    );
    if (isNestedTooDeep(output)) throw tooDeep(contract.name);
    return bounded(contract.name, contract.output.parse(output));
  };
  return {
    [activityType.read(contract.name)]: (input) => read(input, limit, keeping(deps)).catch(rethrown),
    [activityType.check(contract.name)]: async (input) => {
      const { verdict, isFollowed } = await untilPassed({
        ask: async (withinMs) =>
          Verdict.loose().parse(await read(input, Math.min(Math.max(limit, CHECK_LIMIT_MS), withinMs))),
        follow: () => follow?.(contract.input.parse(input)),
        listening: deps.listening,
        stopping: deps.stopping,
      }).catch(rethrownForPolling);
      if (verdict.verdict === 'pass') return verdict;
      throw ApplicationFailure.create({
        message: `${verdict.verdict}: ${verdict.reason}`,
        type: NOT_YET,
        category: ApplicationFailureCategory.BENIGN,
        details: [verdict],
        // It goes on listening at once; otherwise it polls, at the pace that the run has asked for.
        ...(isFollowed && { nextRetryDelay: '10ms' }),
      });
    },
  };
}

function rethrown(error: unknown): never {
  throw asActivityFailure(error);
}

/** While polling, a refusal or a missing object is an answer that may change: only the time limit ends a check. */
function rethrownForPolling(error: unknown): never {
  if (!(error instanceof StepFailure)) throw error;
  const verdict: Verdict = { verdict: 'unknown', reason: error.message };
  throw ApplicationFailure.create({
    message: error.message,
    type: NOT_YET,
    category: ApplicationFailureCategory.BENIGN,
    details: [verdict],
  });
}

const tooDeep = (step: string): StepFailure =>
  new StepFailure('invalid', `${step} answered a value nested deeper than ${MAX_NESTING} levels`, {
    next: 'Ask for less of it: single values by their path',
  });

function bounded(step: string, output: unknown): unknown {
  const size = JSON.stringify(output)?.length ?? 0;
  if (size <= MAX_OUTPUT_BYTES) return output;
  throw new StepFailure(
    'invalid',
    `${step} answered ${size} bytes, more than the ${MAX_OUTPUT_BYTES} that a run may carry`,
    {
      next: 'Ask for less: a narrower selector, a shorter window, fewer lines',
    },
  );
}
