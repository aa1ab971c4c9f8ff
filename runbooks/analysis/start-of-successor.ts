import type { Verdict } from '../../activities/kit/index.ts';
import type { Pod } from '../../activities/kubernetes/contract.ts';

/** Has another pod taken the place of one on its node, and when did its container begin first, as far as is known? */
export function startOfSuccessor(
  pods: readonly Pod[],
  { of, container }: { readonly of: string | undefined; readonly container: string },
): Verdict & { readonly startedAt?: string | undefined } {
  const successor = pods.find((p) => p.uid !== of && p.condition !== 'terminating');
  if (!successor) {
    return pods.length > 0
      ? { verdict: 'fail', reason: `${pods[0]!.name} has not been replaced` }
      : { verdict: 'fail', reason: 'there is no pod' };
  }
  const { startedAt, lastTermination } = successor.containers.find((c) => c.name === container) ?? {};
  const began = lastTermination?.startedAt ?? startedAt;
  return began === undefined
    ? { verdict: 'fail', reason: `${successor.name} has not started: ${successor.because}` }
    : { verdict: 'pass', reason: `${successor.name} began at ${began}`, startedAt: began };
}
