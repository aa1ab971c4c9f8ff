import type { Event, Pod } from '../../activities/kubernetes/contract.ts';

/** True for a pod that is crashing, stuck or no longer ready; listPods judges it and says why in `because`. */
export const isSick = (pod: Pod): boolean => pod.condition === 'sick';

/** True for a pod that is ready and has outlived its last crash. */
export const isHealthy = (pod: Pod): boolean => pod.condition === 'healthy';

/**
 * Ready again after a crash or two, and not yet for long enough to be called healthy: what is left of a passing outage
 * as often as a crash loop between two crashes. It proves nothing either way.
 */
export const isRecovering = (pod: Pod): boolean => isSick(pod) && pod.ready && pod.restarts <= 2;

/** The sick that are down, or all of the sick where every one of them is up for the moment. */
export function crashing(pods: readonly Pod[]): readonly Pod[] {
  const sick = pods.filter(isSick);
  const down = sick.filter((pod) => !isRecovering(pod));
  return down.length > 0 ? down : sick;
}

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
