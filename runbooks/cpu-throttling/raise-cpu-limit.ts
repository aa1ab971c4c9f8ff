import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import { prometheus } from '../../activities/prometheus/contract.ts';
import { approve, carryOut, check, finding, handOver, propose, remind } from '../../workflows/index.ts';
import { millisOf, newCpuLimit, throttlingFell, type Throttled } from '../analysis/cpu-throttle.ts';
import { isYoung } from '../analysis/young-change.ts';
import { ASK, PLATFORM } from '../platform-oncall.ts';
import { measureCpu, type Workload } from './measure-cpu.ts';
import type { Felt } from './users-feel-it.ts';

/**
 * Proposes the limit that a throttled container needs, sets it, and looks whether the throttling and the users' errors
 * fall. `seen`: what was measured, a line a container, for the hand-over.
 */
export async function raiseCpuLimit(o: {
  readonly workload: Workload;
  readonly throttled: Throttled;
  readonly pods: readonly Pod[];
  readonly seen: readonly string[];
  readonly felt: Felt;
  readonly service: string | undefined;
  readonly window: string;
  readonly withinSeconds: number;
}) {
  const { workload, throttled, pods, seen, felt, service, window, withinSeconds } = o;
  const { namespace, name } = workload;
  const { container, worst, cores } = throttled;
  const [template, history] = await Promise.all([
    kubernetes.workloadResources(workload),
    kubernetes.rolloutHistory(workload),
  ]);
  const limit = template.containers.find((c) => c.name === container)?.limits['cpu'];
  const limitMillis = millisOf(limit);
  const node = pods.find((p) => p.name === throttled.pods[0]!.pod)?.node;
  if (limit === undefined || limitMillis === undefined || !node) {
    return handOver(
      limitMillis === undefined
        ? `${container} is throttled, and the template of ${name} sets no CPU limit that can be read (${limit ?? 'none'}): look for a LimitRange of ${namespace} or a webhook that adds one.`
        : `${throttled.pods[0]!.pod} is gone: it was replaced while it was looked at.`,
      { throttled: seen },
    );
  }
  const { allocatable } = await kubernetes.describeNode({ node });
  const { cpu: newLimit, reasoning } = newCpuLimit({
    limitMillis,
    throttled: worst,
    cores,
    nodeMillis: allocatable.cpuMillis,
  });
  const current = history.revisions.find((r) => r.current);
  const young = current && isYoung(current.created, new Date());
  const title = newLimit
    ? `Raise the CPU limit of ${name}/${container} from ${limit} to ${newLimit}`
    : `Take the CPU limit of ${name}/${container} away (${limit})`;
  const plan = await propose(
    title,
    [kubernetes.setResources({ ...workload, container, limits: { cpu: newLimit } })],
    {
      because: [
        reasoning,
        felt.words,
        ...(throttled.spared > 0
          ? [`**${throttled.spared} pods are not throttled and restart too: are requests spread unevenly?**`]
          : []),
        ...(young
          ? [
              `**Revision ${current.revision} was made at ${current.created}: when the throttling began with it, rolling it back is the other answer.**`,
            ]
          : []),
      ].join('\n\n'),
    },
  );
  const [written] = await carryOut(await approve(plan, ASK));
  finding(`${name} has ${newLimit ? `a CPU limit of ${newLimit}` : 'no CPU limit'} now`, {
    evidence: written,
  });

  const within = { within: `${withinSeconds}s` } as const;
  const calmNow = async () => {
    const now = await measureCpu(workload, { window });
    if (now.cpu?.state !== 'known') {
      return { verdict: 'unknown' as const, reason: now.cpu?.reason ?? 'there is no pod to look at' };
    }
    return throttlingFell(now.cpu.containers, { container, pods: now.pods });
  };
  const checks = [
    await check(`The rollout of ${name} is complete`, kubernetes.rolloutStatus, workload, within),
    // Without a limit the kernel has nothing to count.
    ...(newLimit ? [await check(`${container} is no longer throttled`, calmNow, within)] : []),
    ...(service && felt.ratio !== undefined
      ? [
          await check(
            `Fewer requests to ${service} fail`,
            prometheus.errorRateBelow,
            { service, namespace, below: Math.max(0.01, felt.ratio / 2) },
            within,
          ),
        ]
      : []),
  ];
  if (checks.includes('skipped')) {
    const { verdict, reason } = newLimit
      ? await calmNow()
      : { verdict: 'pass', reason: 'it has no limit now' };
    return handOver(
      verdict === 'fail'
        ? `${container} is throttled at ${newLimit} too (${reason}): it takes whatever it is given, which looks like a loop or a release that does more work. A profile tells (py-spy, pprof).`
        : `The CPU limit of ${name} was changed (${newLimit ?? 'none'}), and it is still not well: ${reason}.`,
      { limit: newLimit },
    );
  }
  remind(
    `Is the CPU limit of ${name}/${container} also changed where its manifest comes from? It went from ${limit} to ${newLimit ?? 'none'} at night.`,
    { at: 'next working day 09:30', to: PLATFORM },
  );
  return { container, from: limit, to: newLimit };
}
