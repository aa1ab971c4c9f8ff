import type { RawPod } from '../client/raw.ts';
import type { Pod } from '../contract/pods.ts';
import { conditionOf } from './condition.ts';
import { containersOf } from './containers.ts';
import { kubectlStatus } from './kubectl-status.ts';
import { lineageOf, type Controllers } from './lineage.ts';

export interface Surroundings {
  readonly now: Date;
  /** A node's zone by its name. */
  readonly zones: ReadonlyMap<string, string>;
  readonly controllers: Controllers;
}

/** A pod in the runbook's words. */
export function summarisePod(pod: RawPod, { now, zones, controllers }: Surroundings): Pod {
  const containers = containersOf(pod);
  const readiness = pod.status?.conditions?.find((c) => c.type === 'Ready');
  const node = pod.spec?.nodeName ?? null;
  const last = latestTermination(containers);
  const waiting = containers.find((c) => c.waiting)?.waiting;
  return {
    namespace: pod.metadata?.namespace ?? '',
    name: pod.metadata?.name ?? '',
    uid: pod.metadata?.uid ?? '',
    created: pod.metadata?.creationTimestamp ?? '',
    phase: phaseOf(pod),
    status: kubectlStatus(pod),
    ready: readiness?.status === 'True',
    ...(readiness?.lastTransitionTime && { readySince: readiness.lastTransitionTime }),
    ...conditionOf(pod, containers, now),
    restarts: containers.reduce((sum, c) => sum + c.restarts, 0),
    ...(last && { lastTermination: last }),
    ...(waiting && { waiting }),
    node,
    zone: (node && zones.get(node)) ?? null,
    podIP: pod.status?.podIP || null,
    ...lineageOf(pod, controllers),
    images: containers.filter((c) => c.kind === 'main').map((c) => c.image),
    containers,
  };
}

function latestTermination(containers: Pod['containers']): Pod['lastTermination'] {
  return containers
    .filter((c) => c.kind !== 'init' || c.lastTermination?.exitCode !== 0)
    .flatMap((c) => (c.lastTermination ? [{ ...c.lastTermination, container: c.name }] : []))
    .sort((a, b) => when(a.finishedAt) - when(b.finishedAt))
    .at(-1);
}

function phaseOf(pod: RawPod): Pod['phase'] {
  const phase = pod.status?.phase;
  return phase === 'Pending' || phase === 'Running' || phase === 'Succeeded' || phase === 'Failed'
    ? phase
    : 'Unknown';
}

const when = (time: string | undefined) => (time ? Date.parse(time) : 0);
