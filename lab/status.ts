import { isRunning } from './machine/background.ts';
import { memoryUsage } from './machine/cgroups.ts';
import type { ClusterApi } from './control-plane/cluster-api.ts';
import { CONTROL_PLANE_PARTS } from './control-plane/arguments.ts';
import type { LabDetails } from './details.ts';
import { errorRate } from './observability/error-rate.ts';
import { isReady } from './workloads/conditions.ts';
import { listNodes, listPods } from './workloads/objects.ts';
import { workloadProblem } from './workloads/workloads.ts';

export interface LabStatus {
  readonly phase: LabDetails['phase'];
  readonly parts: readonly { readonly name: string; readonly running: boolean }[];
  readonly nodes: readonly {
    readonly name: string;
    readonly ready: boolean;
    readonly schedulable: boolean;
  }[];
  readonly pods: readonly {
    readonly name: string;
    readonly node: string;
    readonly ready: boolean;
    readonly restarts: number;
  }[];
  /** The share of the users' requests that fail, 0 to 1; undefined while nobody knows. */
  readonly errorRate: number | undefined;
  /** Bytes; undefined where nothing counts them. */
  readonly memory: number | undefined;
  /** The first thing that is not as `up` leaves it; undefined when all is well. */
  readonly problem: string | undefined;
}

export const labParts = (details: LabDetails): string[] => [
  ...CONTROL_PLANE_PARTS,
  ...details.nodes.map(({ name }) => name),
  'prometheus',
  'target-discovery',
  'alertmanager',
];

/** Looks at everything once; what cannot be asked is missing in the answer and named as the problem. */
export async function labStatus(details: LabDetails, api: ClusterApi): Promise<LabStatus> {
  const parts = labParts(details).map((name) => ({ name, running: isRunning(details.stateDirectory, name) }));
  const stopped = parts.find(({ running }) => !running);
  const seen = await look(details, api).catch((error: unknown) => ({
    nodes: [],
    pods: [],
    problem: (error as Error).message,
  }));
  return {
    phase: details.phase,
    parts,
    nodes: seen.nodes,
    pods: seen.pods,
    errorRate: await errorRate(details).catch(() => undefined),
    memory: memoryUsage(`nsl-${details.name}`),
    problem: stopped ? `${stopped.name} does not run` : seen.problem,
  };
}

async function look(
  details: LabDetails,
  api: ClusterApi,
): Promise<Pick<LabStatus, 'nodes' | 'pods' | 'problem'>> {
  const nodes = await listNodes(api);
  const pods = await listPods(api, details.workload.namespace);
  return {
    nodes: nodes.map((node) => ({
      name: node.metadata.name,
      ready: isReady(node),
      schedulable: node.spec.unschedulable !== true,
    })),
    pods: pods.map((pod) => ({
      name: pod.metadata.name,
      node: pod.spec.nodeName ?? '',
      ready: isReady(pod),
      restarts: pod.status?.containerStatuses?.[0]?.restartCount ?? 0,
    })),
    problem: await workloadProblem(details, api),
  };
}
