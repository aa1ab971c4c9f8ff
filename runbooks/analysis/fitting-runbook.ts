import type { Pod } from '../../activities/kubernetes/contract.ts';
import { blastRadius, suspect } from './blast-radius.ts';
import { crashing } from './is-sick.ts';
import { isFull } from './pool-holder.ts';

/** What was seen of a service whose requests fail. */
export interface Signs {
  /** The service's pods; undefined where they could not be listed. */
  readonly pods: readonly Pod[] | undefined;
  /** How many endpoints of the Service are ready; undefined where that is not known. */
  readonly ready: number | undefined;
  readonly nodesNotReady: readonly string[];
  /** Which of the patterns of `SAID` its logs have. */
  readonly said: readonly Said[];
  /** How full its fullest connection pool is, 0 to 1; undefined where that is not known. */
  readonly pool?: number | undefined;
  /** The proxy in its pods, and how often it complains of what is behind it; undefined where they have none. */
  readonly sidecar?: { readonly name: string; readonly complaints: number } | undefined;
  /** What most of the time of its slowest requests goes to, where it is slower than usual. */
  readonly slowIn?: string | undefined;
}

/** A proxy has a connection closed now and then, and all is well. */
const MANY_COMPLAINTS = 5;

/** What lines say about a fault that another runbook is for, as LogQL and JavaScript both read it. */
export const SAID = {
  names:
    '(no such host|server misbehaving|NXDOMAIN|EAI_AGAIN|ENOTFOUND|Temporary failure in name resolution)',
} as const;
export type Said = keyof typeof SAID;

type OnDeployment =
  | 'image-pull-failure'
  | 'oom-killed-container'
  | 'bad-rollout'
  | 'crash-loop-by-configuration'
  | 'connection-pool-exhaustion'
  | 'bad-gateway-behind-sidecar';
export type Fit = { readonly because: string } & (
  | { readonly runbook: OnDeployment | 'node-not-ready'; readonly on: string }
  | {
      readonly runbook:
        'service-without-endpoints' | 'pods-crash-on-one-node' | 'dns-failure' | 'slow-requests';
    }
);

/**
 * The runbook whose signs are there, the most particular first; undefined where none are. It looks again itself and hands
 * over where its story does not fit.
 */
export function fittingRunbook(signs: Signs): Fit | undefined {
  return sickPods(signs) ?? wellPods(signs);
}

/** Where pods are sick, what they share. */
function sickPods({ pods = [], nodesNotReady }: Signs): Fit | undefined {
  const sick = crashing(pods);
  const radius = blastRadius(pods);
  const node = nodesNotReady.find((n) => sick.some((p) => p.node === n));
  if (node)
    return { runbook: 'node-not-ready', on: node, because: `${node}, where sick pods are, is not Ready` };
  const pulling = sick.find((p) =>
    /^(ErrImagePull|ImagePullBackOff|InvalidImageName)$/.test(p.waiting ?? ''),
  );
  if (deploymentOf(pulling))
    return {
      runbook: 'image-pull-failure',
      on: deploymentOf(pulling)!,
      because: `${pulling!.name} waits for its image (${pulling!.waiting})`,
    };
  const killed = sick.find((p) => p.lastTermination?.reason === 'OOMKilled');
  if (deploymentOf(killed))
    return {
      runbook: 'oom-killed-container',
      on: deploymentOf(killed)!,
      because: `${killed!.lastTermination!.container} of ${killed!.name} was killed for its memory`,
    };
  const [onNode, onRevision] = [suspect(radius, 'node'), suspect(radius, 'revision')];
  const deployment = deploymentOf(sick[0]);
  if (onNode && radius.healthy > 0)
    return {
      runbook: 'pods-crash-on-one-node',
      because: `all ${sick.length} sick pods are on ${onNode.value}, and no healthy one is`,
    };
  if (onRevision && deployment)
    return {
      runbook: 'bad-rollout',
      on: deployment,
      because: `all ${sick.length} sick pods are of ${onRevision.value}, and no healthy one is`,
    };
  const unconfigured = sick.find((p) => p.waiting === 'CreateContainerConfigError');
  if (unconfigured && deployment)
    return {
      runbook: 'crash-loop-by-configuration',
      on: deployment,
      because: `${unconfigured.name} lacks its configuration`,
    };
  return undefined;
}

/** Where none is, or nothing is shared: what the service itself has trouble with. */
function wellPods({ pods = [], ready, said, pool, sidecar, slowIn }: Signs): Fit | undefined {
  const deployment = deploymentOf(pods[0]);
  if (ready === 0 && pods.length > 0 && crashing(pods).length === 0)
    return {
      runbook: 'service-without-endpoints',
      because: `the Service has no ready endpoint, and none of its ${pods.length} pods is sick`,
    };
  if (said.includes('names'))
    return { runbook: 'dns-failure', because: 'its logs say that names do not resolve' };
  if (pool !== undefined && isFull({ inUse: pool, size: 1 }) && deployment)
    return {
      runbook: 'connection-pool-exhaustion',
      on: deployment,
      because: `${Math.round(pool * 100)} % of its connection pool are in use`,
    };
  if (sidecar && sidecar.complaints >= MANY_COMPLAINTS && deployment)
    return {
      runbook: 'bad-gateway-behind-sidecar',
      on: deployment,
      because: `${sidecar.name} in its pods complains ${sidecar.complaints} times of what is behind it`,
    };
  if (slowIn !== undefined)
    return {
      runbook: 'slow-requests',
      because: `requests are slower than usual, and most of the time of the slowest goes to ${slowIn}`,
    };
  return undefined;
}

function deploymentOf(pod: Pod | undefined): string | undefined {
  return pod?.workload?.kind === 'Deployment' ? pod.workload.name : undefined;
}
