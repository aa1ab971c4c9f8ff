/**
 * Which pods of a node a drain evicts: kubectl's filters in kubectl's order (k8s.io/kubectl/pkg/drain/filters.go).
 * All pods are judged before anything is touched, and one that is refused stops all.
 */
import type { RawPod } from '../client/raw.ts';
import { controllerOf } from '../pods/lineage.ts';

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
}

export const filterPods = (pods: readonly RawPod[], allowances: Allowances): Filtered[] =>
  pods.map((pod) => ({ pod, ...verdictOn(pod, allowances) }));

function verdictOn(pod: RawPod, { deleteEmptyDirData, force }: Allowances): Omit<Filtered, 'pod'> {
  const owner = controllerOf(pod);
  const finished = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  if (!finished && owner?.kind === 'DaemonSet') {
    return { verdict: 'ignore', why: `its DaemonSet ${owner.name} keeps it on the node` };
  }
  if (pod.metadata?.annotations?.[MIRROR] !== undefined) {
    return { verdict: 'ignore', why: 'it mirrors a static pod of the kubelet' };
  }
  const said: string[] = [];
  if (!finished && pod.spec?.volumes?.some((v) => v.emptyDir)) {
    if (!deleteEmptyDirData) {
      return {
        verdict: 'refuse',
        why: 'it has local storage in an emptyDir, which is lost with it (deleteEmptyDirData allows that)',
      };
    }
    said.push('what it keeps in an emptyDir is lost');
  }
  if (!finished && !owner) {
    if (!force) {
      return {
        verdict: 'refuse',
        why: 'it declares no controller, so nothing makes it again (force evicts it all the same)',
      };
    }
    said.push('it declares no controller: nothing makes it again');
  }
  return { verdict: 'evict', why: said.join('; ') };
}

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
