/**
 * Which pods of a node a drain evicts: kubectl's filters in kubectl's order (k8s.io/kubectl/pkg/drain/filters.go), and
 * one of our own: a probe pod stays until it ends.
 * All pods are judged before anything is touched, and one that is refused stops all.
 */
import type { RawPod } from '../client/raw.ts';
import { controllerOf } from '../pods/lineage.ts';
import { PROBE_LABEL } from '../probing/probe-pod.ts';

const MIRROR = 'kubernetes.io/config.mirror';

export interface Allowances {
  readonly deleteEmptyDirData: boolean;
  readonly force: boolean;
}

export interface Filtered {
  readonly pod: RawPod;
  readonly verdict: 'evict' | 'ignore' | 'refuse';
  /** What the person who approves has to know; empty for a pod that simply moves. */
  readonly why: string;
  /** Of a refused pod: what kubectl says, which it names all such pods after. */
  readonly kubectl?: string;
  /** Of a refused pod: what allows it. */
  readonly allowedBy?: keyof Allowances;
  /** Of an evicted pod: nothing makes it again. */
  readonly forGood?: true;
}

/** `gone`: names, as `podName` writes them, of the DaemonSets that the pods name and that are no more. */
export const filterPods = (
  pods: readonly RawPod[],
  o: Allowances & { readonly gone: ReadonlySet<string> },
): Filtered[] => pods.map((pod) => ({ pod, ...verdictOn(pod, o) }));

function verdictOn(
  pod: RawPod,
  { deleteEmptyDirData, force, gone }: Allowances & { readonly gone: ReadonlySet<string> },
): Omit<Filtered, 'pod'> {
  const said: string[] = [];
  const owner = daemonSetOf(pod);
  const orphan = owner !== undefined && gone.has(podName({ metadata: owner }));
  if (owner && !orphan) {
    return { verdict: 'ignore', why: `its DaemonSet ${owner.name} keeps it on the node` };
  }
  if (owner && !force) {
    return {
      verdict: 'refuse',
      why: `its DaemonSet ${owner.name} is gone, so nothing makes it again (force evicts it all the same)`,
      kubectl: `cannot delete daemonsets.apps "${owner.name}" not found`,
      allowedBy: 'force',
    };
  }
  if (owner) said.push(`its DaemonSet ${owner.name} is gone: nothing makes it again`);
  if (isMirror(pod)) {
    return { verdict: 'ignore', why: 'it mirrors a static pod of the kubelet' };
  }
  if (isProbe(pod)) return { verdict: 'ignore', why: 'it is a probe of nightshift and ends by itself' };
  if (!isFinished(pod) && pod.spec?.volumes?.some((v) => v.emptyDir)) {
    if (!deleteEmptyDirData) {
      return {
        verdict: 'refuse',
        why: 'it has local storage in an emptyDir, which is lost with it (deleteEmptyDirData allows that)',
        kubectl: 'cannot delete Pods with local storage (use --delete-emptydir-data to override)',
        allowedBy: 'deleteEmptyDirData',
      };
    }
    said.push('what it keeps in an emptyDir is lost');
  }
  const isBare = controllerOf(pod) === null;
  if (!isFinished(pod) && isBare) {
    if (!force) {
      return {
        verdict: 'refuse',
        why: 'it declares no controller, so nothing makes it again (force evicts it all the same)',
        kubectl: 'cannot delete Pods that declare no controller (use --force to override)',
        allowedBy: 'force',
      };
    }
    said.push('it declares no controller: nothing makes it again');
  }
  return { verdict: 'evict', why: said.join('; '), ...((orphan || isBare) && { forGood: true }) };
}

/** Anybody can write the label; only a pod with a deadline and without a controller ends by itself for good. */
const isProbe = (pod: RawPod): boolean =>
  pod.metadata?.labels?.[PROBE_LABEL] === 'true' &&
  pod.spec?.activeDeadlineSeconds !== undefined &&
  controllerOf(pod) === null;

/** The DaemonSet that a pod says keeps it where it is. A finished pod is kept by none. */
export function daemonSetOf(pod: RawPod): { readonly namespace: string; readonly name: string } | undefined {
  const owner = pod.metadata?.ownerReferences?.find((o) => o.controller);
  // Another API's kind of this name has pods that the drain moves, as kubectl does.
  if (isFinished(pod) || owner?.kind !== 'DaemonSet' || owner.apiVersion !== 'apps/v1') return undefined;
  return { namespace: pod.metadata?.namespace ?? '', name: owner.name };
}

/** The API server's picture of a static pod, which the kubelet makes again whenever it is deleted. */
export const isMirror = ({ metadata }: RawPod): boolean => metadata?.annotations?.[MIRROR] !== undefined;

export const isFinished = ({ status }: RawPod): boolean =>
  status?.phase === 'Succeeded' || status?.phase === 'Failed';

/** `shop/web-1`. */
export const podName = ({ metadata }: Pick<RawPod, 'metadata'>): string =>
  `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;

export const identityOf = ({ metadata }: Pick<RawPod, 'metadata'>) => ({
  namespace: metadata?.namespace ?? '',
  name: metadata?.name ?? '',
  uid: metadata?.uid ?? '',
});

/** Gone by itself soon: kubectl waits for it and evicts it not. */
export const isTerminating = (pod: RawPod): boolean => pod.metadata?.deletionTimestamp !== undefined;
