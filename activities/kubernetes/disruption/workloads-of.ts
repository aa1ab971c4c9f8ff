import type { ObjectOf, RawPod } from '../client/raw.ts';
import { controllerOf } from '../pods/lineage.ts';
import { takenByDaemonSet, takenByDeployment, takenByStatefulSet } from './taken-at-once.ts';

/** What of a namespace says how many pods there should be. */
export interface Namespaced {
  readonly pods: readonly RawPod[];
  readonly deployments: readonly ObjectOf<'deployments'>[];
  readonly replicaSets: readonly ObjectOf<'replicasets'>[];
  readonly statefulSets: readonly ObjectOf<'statefulsets'>[];
  readonly daemonSets: readonly ObjectOf<'daemonsets'>[];
}

export interface Workload {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Of the pods that it makes. */
  readonly labels: Readonly<Record<string, string>>;
  readonly wanted: number;
  /** How many a rollout of it takes at once. */
  readonly atOnce: number;
  /** A rollout of it is under way, or was asked for and not begun yet. */
  readonly rolling: boolean;
  readonly pods: readonly RawPod[];
}

type AnyWorkload = Namespaced['deployments' | 'replicaSets' | 'statefulSets' | 'daemonSets'][number];

/** The workloads of a namespace with their pods, and the pods that none of them made. Jobs and what has ended serve nobody. */
export function workloadsOf(seen: Namespaced): {
  readonly workloads: readonly Workload[];
  readonly loose: readonly RawPod[];
} {
  const parents = new Map(seen.replicaSets.map((set) => [set.metadata?.uid, controllerOf(set)?.uid]));
  const madeBy = new Map<string | undefined, RawPod[]>();
  const serving = seen.pods.filter(
    (pod) => !isFinished(pod) && !['Job', 'CronJob'].includes(controllerOf(pod)?.kind ?? ''),
  );
  for (const pod of serving) {
    const owner = controllerOf(pod)?.uid;
    const maker = parents.get(owner) ?? owner;
    madeBy.set(maker, [...(madeBy.get(maker) ?? []), pod]);
  }
  const workload = (
    kind: string,
    object: AnyWorkload,
    facts: Pick<Workload, 'wanted' | 'atOnce' | 'rolling'>,
  ): Workload => ({
    kind,
    namespace: object.metadata?.namespace ?? '',
    name: object.metadata?.name ?? '',
    labels: object.spec?.template?.metadata?.labels ?? {},
    ...facts,
    pods: madeBy.get(object.metadata?.uid) ?? [],
  });
  const workloads = [
    ...seen.deployments.map((d) => {
      const { replicas = 0, updatedReplicas = 0 } = d.status ?? {};
      // Pods of an older revision are there still. That some are missing makes no rollout.
      const isBehind = !d.spec?.paused && updatedReplicas < replicas;
      return workload('Deployment', d, {
        wanted: d.spec?.replicas ?? 1,
        atOnce: takenByDeployment(d),
        rolling: isBehind || notSeen(d),
      });
    }),
    ...seen.statefulSets.map((s) =>
      workload('StatefulSet', s, {
        wanted: s.spec?.replicas ?? 1,
        atOnce: takenByStatefulSet(s),
        rolling: s.status?.updateRevision !== s.status?.currentRevision || notSeen(s),
      }),
    ),
    ...seen.daemonSets.map((d) => {
      const { desiredNumberScheduled: wanted = 0, currentNumberScheduled = 0 } = d.status ?? {};
      const isBehind = (d.status?.updatedNumberScheduled ?? 0) < currentNumberScheduled;
      return workload('DaemonSet', d, {
        wanted,
        atOnce: takenByDaemonSet(d),
        rolling: isBehind || notSeen(d),
      });
    }),
    ...seen.replicaSets
      .filter((set) => controllerOf(set) === null)
      .map((set) =>
        workload('ReplicaSet', set, { wanted: set.spec?.replicas ?? 1, atOnce: 0, rolling: false }),
      ),
  ];
  const made = new Set(workloads.flatMap((w) => w.pods));
  return { workloads, loose: serving.filter((pod) => !made.has(pod)) };
}

/** Its controller has not looked at the latest change. */
const notSeen = ({
  metadata,
  status,
}: {
  metadata?: { generation?: number };
  status?: { observedGeneration?: number };
}): boolean => (status?.observedGeneration ?? 0) < (metadata?.generation ?? 0);

const isFinished = ({ status }: RawPod): boolean =>
  status?.phase === 'Succeeded' || status?.phase === 'Failed';
