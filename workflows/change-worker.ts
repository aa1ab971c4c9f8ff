/**
 * The worker that may change things. It has a task queue of its own, so that it can be another process with other
 * credentials. Where one process has both roles, the run's own worker plans at once, as a local activity, and is handed
 * a change together with the answer to its workflow task: two round trips less before each change. A worker that may not
 * change anything says so, and the task goes to the queue.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  scheduleActivity,
  scheduleLocalActivity,
  type ActivityOptions,
} from '@temporalio/workflow';
import { FINAL_KINDS, ordinary } from './calls.ts';
import { run } from './current-run.ts';
import {
  activityType,
  NOT_HERE,
  type ApplyAnswer,
  type ApplyRequest,
  type PlanAnswer,
  type PlanRequest,
} from './engine-activities.ts';
import { CHANGE_TASK_QUEUE } from './messages.ts';
import { isAskingSomebody } from './questions.ts';

/** A plan that takes longer, or meets a failure that may pass, is left to the queue and its patience. */
const PLAN_HERE_LIMIT = '4s';

export async function plan(request: PlanRequest): Promise<PlanAnswer> {
  // An Update waits for a local activity to end: nobody who answers a question should.
  if (run.workerMayChange === false || isAskingSomebody()) return ordinary.plan(request);
  try {
    const answer = await scheduleLocalActivity<PlanAnswer>(activityType.engine('plan'), [request], {
      startToCloseTimeout: PLAN_HERE_LIMIT,
      retry: { maximumAttempts: 1 },
      summary: 'plan',
    });
    run.workerMayChange = true;
    return answer;
  } catch (error) {
    if (isCancellation(error) || FINAL_KINDS.includes(typeOf(error) ?? '')) throw error;
    if (typeOf(error) === NOT_HERE) run.workerMayChange = false;
    return ordinary.plan(request);
  }
}

export async function apply(
  step: string,
  request: ApplyRequest,
  options: Omit<ActivityOptions, 'taskQueue'>,
): Promise<ApplyAnswer> {
  const applyAt = (at: Pick<ActivityOptions, 'taskQueue'>) =>
    scheduleActivity<ApplyAnswer>(activityType.apply(step), [request], { ...options, ...at });
  if (!run.workerMayChange) return applyAt({ taskQueue: CHANGE_TASK_QUEUE });
  return applyAt({}).catch((error: unknown) => {
    if (typeOf(error) !== NOT_HERE) throw error;
    run.workerMayChange = false;
    return applyAt({ taskQueue: CHANGE_TASK_QUEUE });
  });
}

function typeOf(error: unknown): string | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure ? (cause.type ?? undefined) : undefined;
}
