import type { Pod } from '../../activities/kubernetes/contract.ts';

/** True for a pod that is crashing, stuck or no longer ready; listPods judges it and says why in `because`. */
export const isSick = (pod: Pod): boolean => pod.condition === 'sick';

/** True for a pod that is ready and has outlived its last crash. */
export const isHealthy = (pod: Pod): boolean => pod.condition === 'healthy';

/** When the first of these pods fell sick: the earliest end of a container's life or loss of readiness; undefined when no pod says. */
export function sickSince(pods: readonly Pod[]): string | undefined {
  return pods
    .filter(isSick)
    .flatMap((pod) => [
      ...pod.containers.flatMap((c) => c.lastTermination?.finishedAt ?? []),
      ...(pod.readySince && !pod.ready ? [pod.readySince] : []),
    ])
    .sort((a, b) => Date.parse(a) - Date.parse(b))[0];
}
