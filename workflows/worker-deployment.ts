/**
 * Temporal's worker deployment of a nightshift deployment: one version for each bundle of runbooks. New runs take the
 * current version, an open run stays on the one that it began with. Shared by the worker, which hosts the versions, and
 * the gateway, which shows and moves them.
 */
import type { WorkflowService } from '@temporalio/client';

/**
 * `new`: hosted, takes no runs yet. `current`: takes new runs. `draining`: takes none, and open runs are pinned to it.
 * `drained`: nothing needs it. `ramping`: somebody gave it a share of the new runs with Temporal's own tools.
 */
export type BundleStatus = 'new' | 'current' | 'ramping' | 'draining' | 'drained';

export interface DeployedBundle {
  readonly status: BundleStatus;
  /** When it took new runs first; absent when it never did. */
  readonly currentSince?: string | undefined;
}

export interface WorkerDeployment {
  readonly name: string;
  /** Every bundle that Temporal has seen a worker of; empty before the first worker. */
  bundles(): Promise<ReadonlyMap<string, DeployedBundle>>;
  /** New runs take this bundle from now on. Throws until a worker of it has polled once. */
  makeCurrent(bundle: string): Promise<void>;
}

/** The names of proto enum `temporal.api.enums.v1.WorkerDeploymentVersionStatus`. */
const STATUS: readonly (BundleStatus | undefined)[] = [
  undefined,
  'new',
  'current',
  'ramping',
  'draining',
  'drained',
  'new',
];
/** https://grpc.io/docs/guides/status-codes/ */
const NOT_FOUND = 5;

export function workerDeployment(
  service: Pick<WorkflowService, 'describeWorkerDeployment' | 'setWorkerDeploymentCurrentVersion'>,
  { namespace, deployment, identity }: { namespace: string; deployment: string; identity: string },
): WorkerDeployment {
  const name = `nightshift-${deployment}`;
  return {
    name,
    async bundles() {
      const described = await service
        .describeWorkerDeployment({ namespace, deploymentName: name })
        .catch((error: unknown) => {
          if ((error as { code?: unknown }).code === NOT_FOUND) return undefined;
          throw error;
        });
      const summaries = described?.workerDeploymentInfo?.versionSummaries ?? [];
      return new Map(
        summaries.flatMap(({ deploymentVersion, status, firstActivationTime: first }) =>
          deploymentVersion?.buildId
            ? [
                [
                  deploymentVersion.buildId,
                  {
                    status: STATUS[status ?? 0] ?? 'new',
                    currentSince: first?.seconds
                      ? new Date(Number(first.seconds) * 1000).toISOString()
                      : undefined,
                  },
                ] as const,
              ]
            : [],
        ),
      );
    },
    async makeCurrent(bundle) {
      await service.setWorkerDeploymentCurrentVersion({
        namespace,
        deploymentName: name,
        buildId: bundle,
        identity,
      });
    },
  };
}
