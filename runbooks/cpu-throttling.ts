/**
 * A container is slow because the kernel stops it at its CPU limit: requests wait, time out, and the proxy in front says
 * 502. What it uses looks modest meanwhile. A higher limit helps against exactly that; whether it is that, what a release
 * had to do with it and what the errors do afterwards is looked at too.
 */
import { z } from 'zod';
import { kubernetes } from '../activities/kubernetes/contract.ts';
import { Name, Namespace, WorkloadKind } from '../activities/kubernetes/contract/identity.ts';
import { prometheus } from '../activities/prometheus/contract.ts';
import {
  approve,
  carryOut,
  check,
  defineRunbook,
  finding,
  handOver,
  onAlert,
  propose,
  remind,
} from '../workflows/index.ts';
import { millisOf, mostThrottled, newCpuLimit, share, throttlingFell } from './analysis/cpu-throttle.ts';
import { podsOf } from './analysis/pods-of.ts';
import { deploymentOfPod } from './cpu-throttling/deployment-of-pod.ts';
import { usersFeelIt } from './cpu-throttling/users-feel-it.ts';
import { ASK, Patience, PLATFORM } from './platform-oncall.ts';

/** A revision younger than this may be what began it. */
const NEW_REVISION_MS = 60 * 60_000;

export default defineRunbook({
  id: 'cpu-throttling',
  title: 'A container is throttled at its CPU limit',
  owner: PLATFORM,
  description:
    'Measures how often the kernel stops each container at its CPU limit, computes a limit from what it uses, and raises it, or takes it away where no node has so much. Checks that the throttling and the users’ errors fall. Hands over where it is throttled whatever it is given.',
  input: z.object({
    namespace: Namespace,
    kind: WorkloadKind.default('Deployment'),
    name: Name,
    /** Whose error rate is looked at before and after, as Prometheus has it. */
    service: Name.optional(),
    /** Of the measurement; four scrape intervals at least. */
    window: z
      .string()
      .regex(/^\d+[smh]$/, 'write it as Prometheus does: 90s, 5m')
      .default('5m'),
    withinSeconds: Patience,
  }),
  triggers: [
    onAlert({ alertname: 'CPUThrottlingHigh' }, ({ labels }) => ({
      namespace: labels.namespace ?? '',
      name: labels.deployment ?? labels.workload ?? deploymentOfPod(labels.pod ?? ''),
      ...(labels.service && { service: labels.service }),
    })),
  ],
  correlationKey: ({ namespace, kind, name }) => `${namespace}/${kind}/${name}`,
  onRepeat: 'join',
  whenAlertResolves: 'stop-before-first-change',

  async run({ namespace, kind, name, service, window, withinSeconds }) {
    const workload = { namespace, kind, name };
    const podsNow = async () =>
      podsOf((await kubernetes.listPods({ namespace, limit: 1000 })).pods, workload).filter(
        (p) => p.condition !== 'terminating' && p.condition !== 'finished',
      );
    const measure = async () => {
      const pods = (await podsNow()).slice(0, 50).map((p) => p.name);
      return {
        pods,
        cpu: pods.length > 0 ? await prometheus.containerCpu({ namespace, pods, window }) : undefined,
      };
    };

    const [pods, template, history, felt] = await Promise.all([
      podsNow(),
      kubernetes.workloadResources(workload),
      kubernetes.rolloutHistory(workload),
      usersFeelIt(service && { service, namespace }),
    ]);
    if (pods.length === 0) return handOver(`There is no pod of ${kind} ${namespace}/${name} to look at.`);
    const { cpu } = await measure();
    if (cpu?.state !== 'known') {
      return handOver(
        `Whether ${name} is throttled is not known: ${cpu?.reason ?? 'its pods are gone'}. By hand: nr_throttled and nr_periods of cpu.stat in the container's cgroup on ${pods[0]?.node ?? 'its node'}.`,
      );
    }
    const throttled = mostThrottled(cpu.containers);
    const seen = cpu.containers.slice(0, 20).map((c) => `${c.pod}/${c.container}: ${share(c.throttled)}`);
    if (!throttled) {
      const found = `No container of ${name} is throttled in more than ${share(cpu.containers[0]!.throttled)} of its periods: its CPU limit is not what makes it slow.`;
      finding(found, { evidence: [...seen, `asked: ${cpu.query}`] });
      return { over: true, found };
    }
    const { container, worst, cores } = throttled;
    finding(
      `${container} is throttled in ${throttled.pods.length} of ${throttled.pods.length + throttled.spared} pods of ${name}, in up to ${share(worst)} of its periods`,
      { evidence: [...seen, `asked: ${cpu.query}`] },
    );

    const own = template.containers.find((c) => c.name === container);
    const limit = own?.limits['cpu'];
    const limitMillis = millisOf(limit);
    const node = pods.find((p) => p.name === throttled.pods[0]!.pod)?.node;
    if (limitMillis === undefined || !node) {
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
    const young = current && Date.now() - Date.parse(current.created) < NEW_REVISION_MS;
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
            ? [
                `**${throttled.spared} pods are not throttled and restart too: are requests spread unevenly?**`,
              ]
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
      const now = await measure();
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
      { in: '1 day', to: PLATFORM },
    );
    return { container, from: limit, to: newLimit };
  },
});
