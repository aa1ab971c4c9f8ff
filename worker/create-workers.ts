/**
 * The two workers of a process: one runs workflows and reads, the other plans and carries out changes. They poll
 * separate task queues, so that they can be separate processes with separate credentials.
 */
import {
  bundleWorkflowCode,
  Worker,
  type NativeConnection,
  type WorkerOptions,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ApplicationFailure } from '@temporalio/common';
import { activityType, NOT_HERE } from '../workflows/engine-activities.ts';
import { CHANGE_TASK_QUEUE, WORKFLOW_TASK_QUEUE } from '../workflows/messages.ts';
import { applyActivity } from './activities/apply.ts';
import { isChange, isRead, type ActivityDependencies } from './activities/dependencies.ts';
import { engineActivities } from './activities/engine.ts';
import { planActivity } from './activities/plan.ts';
import { readActivities } from './activities/reads.ts';
import { settleActivity } from './activities/settle.ts';

export interface WorkersOptions extends ActivityDependencies {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly workflowBundle: WorkflowBundleWithSourceMap;
  /** Only `workflows` and reads, only `changes`, or both in this process. */
  readonly role?: 'both' | 'workflows' | 'changes';
  /** How long a change under way may finish when the process is asked to stop. */
  readonly shutdownGraceTime?: WorkerOptions['shutdownGraceTime'];
}

/**
 * Bundles the engine with a catalogue of runbooks; `entry` is `worker/entry` (source beside source, compiled beside
 * compiled) unless a test brings its own.
 */
export function bundleRunbooks(
  entry: URL = new URL(`./entry${extname(import.meta.url)}`, import.meta.url),
): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({
    workflowsPath: fileURLToPath(entry),
    logger: QUIET,
  });
}

const QUIET = { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error };

type Activities = Record<string, (...args: never[]) => Promise<unknown>>;

export async function createWorkers(options: WorkersOptions): Promise<readonly Worker[]> {
  const { connection, namespace, workflowBundle, role = 'both', shutdownGraceTime = '45s' } = options;
  const common = { connection, namespace, shutdownGraceTime };
  const workers: Promise<Worker>[] = [];
  if (role !== 'changes')
    workers.push(
      Worker.create({
        ...common,
        taskQueue: WORKFLOW_TASK_QUEUE,
        workflowBundle,
        activities: { ...workflowSide(options), ...(role === 'both' ? changeSide : elsewhere)(options) },
      }),
    );
  if (role !== 'workflows')
    workers.push(Worker.create({ ...common, taskQueue: CHANGE_TASK_QUEUE, activities: changeSide(options) }));
  return Promise.all(workers);
}

function workflowSide(deps: ActivityDependencies): Activities {
  const engine = Object.entries(engineActivities(deps)).map(
    ([key, activity]) => [activityType.engine(key as 'verifyStart'), activity] as const,
  );
  return {
    ...Object.fromEntries(engine),
    ...Object.assign({}, ...deps.steps.filter(isRead).map(readActivities)),
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
  return { [activityType.engine('plan')]: planActivity(deps), ...Object.fromEntries(ofSteps) } as Activities;
}
