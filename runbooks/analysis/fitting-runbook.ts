import type { Pod } from '../../activities/kubernetes/contract.ts';
import { blastRadius, suspect } from './blast-radius.ts';
import { crashing } from './is-sick.ts';

/** What was seen of a service whose requests fail. */
export interface Signs {
  /** The service's pods; undefined where they could not be listed. */
  readonly pods: readonly Pod[] | undefined;
  /** How many endpoints of the Service are ready; undefined where that is not known. */
  readonly ready: number | undefined;
  readonly nodesNotReady: readonly string[];
  /** Which of the patterns of `SAID` its logs have. */
  readonly said: readonly Said[];
}

/** What lines say about a fault that another runbook is for, as LogQL and JavaScript both read it. */
export const SAID = {
  names:
    '(no such host|server misbehaving|NXDOMAIN|EAI_AGAIN|ENOTFOUND|Temporary failure in name resolution)',
} as const;
export type Said = keyof typeof SAID;

type OnDeployment =
  'image-pull-failure' | 'oom-killed-container' | 'bad-rollout' | 'crash-loop-by-configuration';
export type Fit = { readonly because: string } & (
  | { readonly runbook: OnDeployment | 'node-not-ready'; readonly on: string }
  | { readonly runbook: 'service-without-endpoints' | 'pods-crash-on-one-node' | 'dns-failure' }
);

/**
 * The runbook whose signs are there, the most particular first; undefined where none are. It looks again itself and hands
 * over where its story does not fit.
 */
export function fittingRunbook({ pods = [], ready, nodesNotReady, said }: Signs): Fit | undefined {
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
  if (ready === 0 && sick.length === 0 && pods.length > 0)
    return {
      runbook: 'service-without-endpoints',
      because: `the Service has no ready endpoint, and none of its ${pods.length} pods is sick`,
    };
  if (said.includes('names'))
    return { runbook: 'dns-failure', because: 'its logs say that names do not resolve' };
  return undefined;
}

function deploymentOf(pod: Pod | undefined): string | undefined {
  return pod?.workload?.kind === 'Deployment' ? pod.workload.name : undefined;
}
