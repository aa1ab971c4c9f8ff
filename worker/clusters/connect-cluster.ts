/** One configured cluster: a client for each of its accounts, the steps with them, and what the worker asks it beside. */
import { hosts as hostSteps } from '../../activities/hosts/contract.ts';
import { createSsh } from '../../activities/hosts/ssh/ssh.ts';
import { createHostsSteps } from '../../activities/hosts/steps.ts';
import type { CallContext, ImplementedStep } from '../../activities/kit/index.ts';
import { whoWrote } from '../../activities/kubernetes/changes/who-wrote.ts';
import { createKubernetesClients } from '../../activities/kubernetes/clients.ts';
import { removeLeftProbes } from '../../activities/kubernetes/probing/remove-probe-pod.ts';
import {
  createMissingRights,
  type MissingRights,
} from '../../activities/kubernetes/rights/missing-rights.ts';
import { createKubernetesSteps } from '../../activities/kubernetes/steps.ts';
import { kubeconfigOf, type Config } from '../../config/index.ts';
import type { WorkerRole } from '../create-workers.ts';
import { notConfigured } from '../not-configured.ts';
import { serviceRoutingOf } from '../service-routing.ts';

export interface ConnectedCluster {
  readonly name: string;
  /** Those of Kubernetes and of its hosts. */
  readonly steps: readonly ImplementedStep[];
  /** Removes what a crash left behind of these operations: probe pods older than ten minutes. Answers what it removed. */
  readonly tidy: (operations: string) => Promise<readonly string[]>;
  /** What an account lacks for these calls. */
  readonly missingRights: Readonly<Record<'read' | 'change', MissingRights>>;
  readonly whoWrote: (target: string, since: string, context: CallContext) => ReturnType<typeof whoWrote>;
}

type ClusterConfig = Config['clusters'][number];

const SSH_CONNECT_TIMEOUT_MS = 5_000;
const LEFT_PROBE_MS = 10 * 60_000;
const TIDY_LIMIT_MS = 30_000;

/** Throws an Error that names the cluster. `opened` is told of every connection that has to be closed. */
export function connectCluster(
  { name, hosts, read: reading, change: changing, ...probes }: ClusterConfig,
  role: WorkerRole,
  opened: (close: () => void | Promise<void>) => void,
): ConnectedCluster {
  const client = (access: ClusterConfig['read']) => {
    const made = createKubernetesClients({ ...kubeconfigOf(access, process.env), ...probes });
    opened(() => made.close());
    return made;
  };
  const named = <T>(make: () => T): T => {
    try {
      return make();
    } catch (error) {
      throw new Error(`cluster ${name}: ${(error as Error).message}`, { cause: error });
    }
  };
  const read = named(() => client(reading));
  const change = role === 'workflows' ? read : named(() => client(changing));
  return {
    name,
    steps: [
      ...createKubernetesSteps({ read, change }),
      ...(hosts
        ? stepsOnHosts(hosts, { role, opened, serviceRouting: serviceRoutingOf(read) })
        : notConfigured(hostSteps, 'hosts')),
    ],
    tidy: (operations) =>
      removeLeftProbes(
        change,
        { olderThanMs: LEFT_PROBE_MS, operations },
        { signal: AbortSignal.timeout(TIDY_LIMIT_MS), deadline: new Date(Date.now() + TIDY_LIMIT_MS) },
      ),
    missingRights: { read: createMissingRights(read), change: createMissingRights(change) },
    whoWrote: (target, since, context) => whoWrote(read.api, { target, since }, context),
  };
}

function stepsOnHosts(
  { read: reading, change: changing, ...shared }: NonNullable<ClusterConfig['hosts']>,
  o: {
    readonly role: WorkerRole;
    readonly opened: (close: () => void) => void;
    readonly serviceRouting: ReturnType<typeof serviceRoutingOf>;
  },
): ImplementedStep[] {
  const ssh = (access: typeof reading) => {
    const made = createSsh({
      ...shared,
      ...access,
      connectTimeoutMs: SSH_CONNECT_TIMEOUT_MS,
      environment: process.env,
    });
    o.opened(() => made.close());
    return made;
  };
  const read = ssh(reading);
  const change = o.role === 'workflows' ? read : ssh(changing);
  return createHostsSteps({ ssh: { read, change }, serviceRouting: o.serviceRouting });
}
