/**
 * A container is slow because the kernel stops it at its CPU limit: requests wait, time out, and the proxy in front says
 * 502. What it uses looks modest meanwhile. A higher limit helps against exactly that; whether it is that, what a release
 * had to do with it and what the errors do afterwards is looked at too.
 */
import { z } from 'zod';
import { Name, Namespace, WorkloadKind } from '../activities/kubernetes/contract/identity.ts';
import { defineRunbook, finding, handOver, onAlert } from '../workflows/index.ts';
import { chartLine } from './analysis/chart-line.ts';
import { mostThrottled, share } from './analysis/cpu-throttle.ts';
import { deploymentOfPod } from './cpu-throttling/deployment-of-pod.ts';
import { measureCpu, podsNow } from './cpu-throttling/measure-cpu.ts';
import { raiseCpuLimit } from './cpu-throttling/raise-cpu-limit.ts';
import { usersFeelIt } from './cpu-throttling/users-feel-it.ts';
import { PLATFORM, Patience, RateWindow } from './platform-oncall.ts';

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
    window: RateWindow,
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
    const [pods, felt] = await Promise.all([
      podsNow(workload),
      usersFeelIt(service && { service, namespace }),
    ]);
    if (pods.length === 0) return handOver(`There is no pod of ${kind} ${namespace}/${name} to look at.`);
    const { cpu } = await measureCpu(workload, { window, chart: `CPU throttling of ${name}` });
    if (cpu?.state !== 'known') {
      return handOver(
        `Whether ${name} is throttled is not known: ${cpu?.reason ?? 'its pods are gone'}. By hand: nr_throttled and nr_periods of cpu.stat in the container's cgroup on ${pods[0]?.node ?? 'its node'}.`,
      );
    }
    const throttled = mostThrottled(cpu.containers);
    const seen = cpu.containers.slice(0, 20).map((c) => `${c.pod}/${c.container}: ${share(c.throttled)}`);
    if (!throttled) {
      const found = `No container of ${name} is throttled in more than ${share(cpu.containers[0]!.throttled)} of its periods: its CPU limit is not what makes it slow.`;
      finding(found, { evidence: [...seen, `asked: ${cpu.query}`, ...chartLine(cpu.chart)] });
      return { over: true, found };
    }
    const { container, worst } = throttled;
    finding(
      `${container} is throttled in ${throttled.pods.length} of ${throttled.pods.length + throttled.spared} pods of ${name}, in up to ${share(worst)} of its periods`,
      { evidence: [...seen, `asked: ${cpu.query}`, ...chartLine(cpu.chart)] },
    );

    return raiseCpuLimit({ workload, throttled, pods, seen, felt, service, window, withinSeconds });
  },
});
