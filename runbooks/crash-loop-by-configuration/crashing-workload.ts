import type { Pod } from '../../activities/kubernetes/contract.ts';
import { crashing } from '../analysis/is-sick.ts';
import { podsOf } from '../analysis/pods-of.ts';

const KINDS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;
type Kind = (typeof KINDS)[number];

export interface CrashingWorkload {
  readonly workload: { readonly kind: Kind; readonly name: string };
  readonly pods: readonly Pod[];
  readonly sick: readonly Pod[];
}

/** The one workload that crashes, of those asked for; or why there is none to go on with. */
export function crashingWorkload(
  all: readonly Pod[],
  asked: { readonly deployment?: string | undefined; readonly pod?: string | undefined },
):
  | (CrashingWorkload & { readonly because: string })
  | {
      readonly workload?: undefined;
      readonly over: boolean;
      readonly because: string;
      readonly evidence: readonly string[];
    } {
  const named = all.find((p) => p.name === asked.pod)?.workload;
  const of = asked.deployment ? { kind: 'Deployment', name: asked.deployment } : named;
  const pods = of ? podsOf(all, of) : all;
  const sick = crashing(pods.filter(crashes));
  const evidence = (sick.length > 0 ? sick : pods).slice(0, 20).map((p) => `${p.name}: ${p.because}`);
  if (sick.length === 0) {
    const because =
      pods.length === 0
        ? `There is no pod of ${of?.name ?? 'this namespace'} to look at.`
        : `No container of ${pods.length} pods crashes or waits for its configuration.`;
    return { over: pods.length > 0, because, evidence };
  }
  const owners = new Map(sick.map((p) => [`${p.workload?.kind} ${p.workload?.name}`, p.workload]));
  if (owners.size > 1) {
    const because = `${owners.size} workloads crash at once (${[...owners.keys()].join(', ')}): look at what they share before any one of them.`;
    return { over: false, because, evidence };
  }
  const [owner] = owners.values();
  const kind = KINDS.find((k) => k === owner?.kind);
  if (!owner || !kind) {
    const because = `${owner ? `${owner.kind} ${owner.name}` : sick[0]!.name} is no Deployment, StatefulSet or DaemonSet: what ran before is not kept.`;
    return { over: false, because, evidence };
  }
  const own = podsOf(all, owner);
  return {
    workload: { kind, name: owner.name },
    pods: own,
    sick,
    because: `${sick.length} of ${own.length} pods of ${owner.name} crash: ${evidence[0]}`,
  };
}

/** Crashed, or not started for want of its configuration; one that waits for an image, a node or a volume is another story. */
const crashes = (pod: Pod): boolean =>
  pod.containers.some(
    (c) =>
      c.waiting === 'CrashLoopBackOff' ||
      c.waiting === 'CreateContainerConfigError' ||
      c.waiting === 'RunContainerError' ||
      (c.lastTermination !== undefined && c.kind !== 'init' && !c.ready),
  );
