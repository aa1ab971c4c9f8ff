/** Crashes that look like bad configuration from afar, and are for another runbook. */
import type { Event, Pod } from '../../activities/kubernetes/contract.ts';

/** Undefined where the containers end by their own doing, with an error. */
export function otherCrash(
  sick: readonly Pod[],
  warnings: readonly Pick<Event, 'reason' | 'object' | 'message'>[],
): { readonly because: string; readonly next: string } | undefined {
  const [first] = sick;
  if (!first) return undefined;
  const ends = sick.flatMap((pod) =>
    pod.containers.flatMap((c) =>
      c.lastTermination && !c.ready ? [{ ...c.lastTermination, container: c.name, pod }] : [],
    ),
  );
  const killed = ends.filter((e) => e.reason === 'OOMKilled');
  const [one] = killed;
  if (one) {
    const { kind = 'Deployment', name = '' } = one.pod.workload ?? {};
    return {
      because: `${one.container} was killed for its memory in ${killed.length} of ${sick.length} pods: that is its limit, not its configuration.`,
      next: `nightshift run oom-killed-container --set namespace=${one.pod.namespace} --set kind=${kind} --set name=${name}`,
    };
  }
  const uids = new Set(sick.map((p) => p.uid));
  const liveness = warnings.filter(
    (w) => uids.has(w.object.uid ?? '') && /^Liveness probe failed/.test(w.message),
  );
  if (ends.length > 0 && ends.every((e) => e.exitCode === 137 || e.exitCode === 143) && liveness.length > 0) {
    return {
      because: `The kubelet kills its containers, because their liveness probe fails: ${liveness[0]!.message}`,
      next: 'Is it slow to start, or does it hang? A longer initialDelaySeconds or a startup probe helps only against the first.',
    };
  }
  if (ends.length > 0 && ends.every((e) => e.exitCode === 0)) {
    return {
      because:
        'Its containers run to their end without an error, and are started again for ever: it looks like a job and not like a service.',
      next: 'Compare its command with what it should do; a Job or CronJob may be what is meant.',
    };
  }
  return undefined;
}
