import type { Event, Pod } from '../../activities/kubernetes/contract.ts';

/** True for a pod that is crashing, stuck or no longer ready; listPods judges it and says why in `because`. */
export const isSick = (pod: Pod): boolean => pod.condition === 'sick';

/** True for a pod that is ready and has outlived its last crash. */
export const isHealthy = (pod: Pod): boolean => pod.condition === 'healthy';

/** An older crash has nothing to do with tonight. */
const TONIGHT_MS = 60 * 60 * 1000;

/**
 * When the trouble began: the earliest crash, loss of readiness or warning of any of the sick pods within the last hour.
 * A crash loop itself only remembers its last crash; its events remember the first. Undefined when nobody knows.
 */
export function sickSince(
  pods: readonly Pod[],
  { warnings, now }: { warnings: readonly Pick<Event, 'object' | 'first'>[]; now: Date },
): string | undefined {
  const sick = pods.filter(isSick);
  return [
    ...sick.flatMap((pod) => pod.containers.flatMap((c) => c.lastTermination?.finishedAt ?? [])),
    ...sick.flatMap((pod) => (pod.readySince && !pod.ready ? [pod.readySince] : [])),
    ...warnings.filter((w) => sick.some((pod) => pod.uid === w.object.uid)).map((w) => w.first),
  ]
    .filter((at) => now.getTime() - Date.parse(at) <= TONIGHT_MS)
    .sort((a, b) => Date.parse(a) - Date.parse(b))[0];
}
