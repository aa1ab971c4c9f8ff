/**
 * How many of a workload's pods its own rollout takes at once. Percentages as its controller rounds them: a Deployment
 * rounds maxUnavailable down and maxSurge up, and where both come to nothing it takes one (ResolveFenceposts in
 * kubernetes/pkg/controller/deployment/util); a StatefulSet rounds down and takes one at least; a DaemonSet rounds up.
 */
import type { ObjectOf } from '../client/raw.ts';

type Amount = number | string | undefined;

const scaled = (amount: Amount, total: number, round: (n: number) => number): number => {
  const text = String(amount ?? 0);
  const number = Number.parseInt(text, 10);
  return text.endsWith('%') ? round((total * number) / 100) : number;
};

export function takenByDeployment({ spec }: ObjectOf<'deployments'>): number {
  const replicas = spec?.replicas ?? 1;
  if (spec?.strategy?.type === 'Recreate') return replicas;
  const { maxUnavailable = '25%', maxSurge = '25%' } = spec?.strategy?.rollingUpdate ?? {};
  const unavailable = scaled(maxUnavailable, replicas, Math.floor);
  const surge = scaled(maxSurge, replicas, Math.ceil);
  return Math.min(replicas, unavailable === 0 && surge === 0 ? 1 : unavailable);
}

export function takenByStatefulSet({ spec }: ObjectOf<'statefulsets'>): number {
  const replicas = spec?.replicas ?? 1;
  if (spec?.updateStrategy?.type === 'OnDelete') return 0;
  const unavailable = scaled(spec?.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, replicas, Math.floor);
  return Math.min(replicas, Math.max(1, unavailable));
}

export function takenByDaemonSet({ spec, status }: ObjectOf<'daemonsets'>): number {
  const pods = status?.desiredNumberScheduled ?? 0;
  if (spec?.updateStrategy?.type === 'OnDelete') return 0;
  const { maxUnavailable = 1 } = spec?.updateStrategy?.rollingUpdate ?? {};
  return Math.min(pods, scaled(maxUnavailable, pods, Math.ceil));
}
