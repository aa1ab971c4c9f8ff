/**
 * The two kinds of worker: one runs workflows and reads, the other plans and carries out changes. They poll separate
 * task queues, so that they can be separate processes with separate credentials.
 */
import { ApplicationFailure } from '@temporalio/common';
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import type { Following } from '../activities/kit/index.ts';
import { activityType, NOT_HERE } from '../workflows/engine-activities.ts';
import { CHANGE_TASK_QUEUE, WORKFLOW_TASK_QUEUE } from '../workflows/messages.ts';
import { applyActivity } from './activities/apply.ts';
import { isChange, isRead, type ActivityDependencies } from './activities/dependencies.ts';
import { engineActivities } from './activities/engine.ts';
import { lookWhatIsDoneActivity } from './activities/look-what-is-done.ts';
import { planActivity } from './activities/plan.ts';
import { readActivities } from './activities/reads.ts';
import { settleActivity } from './activities/settle.ts';

export type WorkerRole = 'both' | 'workflows' | 'changes';

export interface WorkersOptions extends ActivityDependencies {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** What the process may do, `both` when absent. */
  readonly role?: WorkerRole;
  /** How long a change under way may finish when the process is asked to stop, 45 s when absent. */
  readonly shutdownGraceTime?: WorkerOptions['shutdownGraceTime'];
  /** What the workers of a test differ in: who watches them, and what Temporal's test server needs. */
  readonly inTest?: Pick<WorkerOptions, 'interceptors' | 'maxEagerActivityReservationsPerWorkflowTask'>;
}

type Activities = Record<string, (...args: never[]) => Promise<unknown>>;

/** Runs the bundle's workflows and every read. With a `version`, only runs that are pinned to it or are new while it is current. */
export function createRunWorker(
  options: WorkersOptions,
  { code, version }: { code: string; version?: { deploymentName: string; buildId: string } },
): Promise<Worker> {
  return Worker.create({
    ...common(options),
    taskQueue: WORKFLOW_TASK_QUEUE,
    workflowBundle: { code },
    activities: {
      ...workflowSide(options),
      ...((options.role ?? 'both') === 'both' ? changeSide : elsewhere)(options),
    },
    ...(version && {
      workerDeploymentOptions: {
        version,
        useWorkerVersioning: true,
        defaultVersioningBehavior: 'PINNED' as const,
      },
    }),
  });
}

/** Plans and carries out changes, of every run: steps have no versions. */
export const createChangeWorker = (options: WorkersOptions): Promise<Worker> =>
  Worker.create({ ...common(options), taskQueue: CHANGE_TASK_QUEUE, activities: changeSide(options) });

/** The workers of a role with one bundle and no versions: for a process that outlives its runs. */
export async function createWorkers(
  options: WorkersOptions & { readonly workflowBundle: { readonly code: string } },
): Promise<readonly Worker[]> {
  const { role = 'both', workflowBundle } = options;
  return Promise.all([
    ...(role === 'changes' ? [] : [createRunWorker(options, workflowBundle)]),
    ...(role === 'workflows' ? [] : [createChangeWorker(options)]),
  ]);
}

const common = ({ connection, namespace, shutdownGraceTime = '45s', inTest }: WorkersOptions) => ({
  connection,
  namespace,
  shutdownGraceTime,
  ...inTest,
});

function workflowSide(deps: ActivityDependencies): Activities {
  const engine = Object.entries(engineActivities(deps)).map(
    ([key, activity]) => [activityType.engine(key as 'verifyStart'), activity] as const,
  );
  const reading = { ...deps, listening: new Set<Following>() };
  return {
    ...Object.fromEntries(engine),
    ...Object.assign({}, ...deps.steps.filter(isRead).map((step) => readActivities(step, reading))),
  } as Activities;
}

/** What a worker without credentials for changes answers to every plan and change. */
function elsewhere({ steps }: ActivityDependencies): Activities {
  const refuse = async (): Promise<never> => {
    throw ApplicationFailure.nonRetryable('this worker may not change anything', NOT_HERE);
  };
  const ofSteps = steps.filter(isChange).map(({ contract }) => [activityType.apply(contract.name), refuse]);
  return { [activityType.engine('plan')]: refuse, ...Object.fromEntries(ofSteps) } as Activities;
}

function changeSide(deps: ActivityDependencies): Activities {
  const apply = applyActivity(deps);
  const settle = settleActivity(deps);
  const ofSteps = deps.steps.filter(isChange).flatMap(({ contract }) => [
    [activityType.apply(contract.name), apply],
    [activityType.settle(contract.name), settle],
  ]);
  return {
    [activityType.engine('plan')]: planActivity(deps),
    [activityType.engine('lookWhatIsDone')]: lookWhatIsDoneActivity(deps),
    ...Object.fromEntries(ofSteps),
  } as Activities;
}
