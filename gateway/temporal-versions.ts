/** What the gateway asks Temporal about versions of runbooks. */
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { WORKFLOW_TASK_QUEUE } from '../workflows/messages.ts';
import { sortTemporalFailure } from './temporal-failure.ts';
import { workerDeployment, type WorkerDeployment } from '../workflows/worker-deployment.ts';

export interface OpenRun {
  readonly workflowId: string;
  readonly type: string;
  readonly version?: string | undefined;
  readonly pinned: boolean;
}

export interface TemporalVersions extends WorkerDeployment {
  /** Pins an open run to another version: its history is told again there. One that is over is left alone. */
  move(workflowId: string, version: string): Promise<void>;
  /** Every open workflow of this deployment, as Temporal's visibility knows it: a second late at most. */
  openRuns(): Promise<readonly OpenRun[]>;
  /** Versions that a worker asked for work for in the last minutes. */
  hosted(): Promise<ReadonlySet<string>>;
  /** In Temporal's JSON; nothing when Temporal has forgotten the run. */
  history(workflowId: string): Promise<{ events: unknown[] } | undefined>;
}

/** Search attributes that Temporal itself sets. */
const VERSION = 'TemporalWorkerDeploymentVersion';
const BEHAVIOR = 'TemporalWorkflowVersioningBehavior';
/** Proto enum `temporal.api.enums.v1.TaskQueueType`. */
const WORKFLOW_TASKS = 1;
/** Proto enum `temporal.api.workflow.v1.VersioningOverride.PinnedOverrideBehavior`. */
const PINNED = 1;

export function temporalVersions(
  client: Client,
  o: { namespace: string; deployment: string; identity: string },
): TemporalVersions {
  const { namespace } = o;
  const known = workerDeployment(client.workflowService, o);
  return {
    ...known,

    async openRuns() {
      const runs: OpenRun[] = [];
      const query = `TaskQueue = '${WORKFLOW_TASK_QUEUE}' AND ExecutionStatus = 'Running'`;
      for await (const { workflowId, type, searchAttributes } of client.workflow.list({
        query,
        pageSize: 1_000,
      })) {
        const [name = '', version] = String(searchAttributes[VERSION]?.[0] ?? '').split(':');
        if (name !== '' && name !== known.name) continue;
        runs.push({ workflowId, type, version, pinned: searchAttributes[BEHAVIOR]?.[0] === 'Pinned' });
      }
      return runs;
    },

    async hosted() {
      const { pollers } = await client.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: WORKFLOW_TASK_QUEUE },
        taskQueueType: WORKFLOW_TASKS,
      });
      return new Set(
        (pollers ?? [])
          .filter(({ deploymentOptions }) => deploymentOptions?.deploymentName === known.name)
          .flatMap(({ deploymentOptions }) => deploymentOptions?.buildId ?? []),
      );
    },

    async move(workflowId, version) {
      const pinned = { version: { deploymentName: known.name, buildId: version }, behavior: PINNED };
      await client.workflowService
        .updateWorkflowExecutionOptions({
          namespace,
          workflowExecution: { workflowId },
          workflowExecutionOptions: { versioningOverride: { pinned } },
          updateMask: { paths: ['versioning_override'] },
        })
        .catch((error: unknown) => {
          if (sortTemporalFailure(error).kind !== 'no-such-run') throw error;
        });
    },

    async history(workflowId) {
      try {
        const history = await client.workflow.getHandle(workflowId).fetchHistory();
        return JSON.parse(historyToJSON(history)) as { events: unknown[] };
      } catch (error) {
        if (sortTemporalFailure(error).kind === 'no-such-run') return undefined;
        throw error;
      }
    },
  };
}
