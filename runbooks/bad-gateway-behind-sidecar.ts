/**
 * The proxy in front of a container, in the same pod, says 502. The service's own log has no error: it never learns that
 * nobody waited for its answer. What the proxy complains of, what ended, and how often the kernel stops whom, tell them
 * apart; a CPU limit that is too low is raised.
 */
import { z } from 'zod';
import { Name, Namespace, WorkloadKind } from '../activities/kubernetes/contract/identity.ts';
import { defineRunbook, finding, handOver, onAlert } from '../workflows/index.ts';
import { sidecarOf, whyBadGateway } from './analysis/bad-gateway.ts';
import { chartLine } from './analysis/chart-line.ts';
import { share } from './analysis/cpu-throttle.ts';
import { sidecarLogs } from './bad-gateway-behind-sidecar/sidecar-logs.ts';
import { measureCpu, podsNow } from './cpu-throttling/measure-cpu.ts';
import { raiseCpuLimit } from './cpu-throttling/raise-cpu-limit.ts';
import { usersFeelIt } from './cpu-throttling/users-feel-it.ts';
import { PLATFORM, Patience, RateWindow } from './platform-oncall.ts';

export default defineRunbook({
  id: 'bad-gateway-behind-sidecar',
  title: 'The sidecar of a service says 502',
  owner: PLATFORM,
  description:
    'Reads what the proxy in the pod complains of, looks for ends of the container behind it, and measures how often the kernel stops either at its CPU limit. Raises that limit where it is why; else hands over with which of the usual reasons it is, and what to do next.',
  input: z.object({
    namespace: Namespace,
    kind: WorkloadKind.default('Deployment'),
    name: Name,
    /** Whose error rate is looked at before and after, as Prometheus has it; the workload's name when left out. */
    service: Name.optional(),
    /** The proxy’s container, where it has none of the usual names. */
    sidecar: Name.optional(),
    /** Of the measurement; four scrape intervals at least. */
    window: RateWindow,
    /** How far back logs and ends of containers are looked at. */
    minutes: z.number().int().min(1).max(240).default(10),
    withinSeconds: Patience,
  }),
  triggers: [
    onAlert({ alertname: /^(BadGateway|Sidecar502|EnvoyUpstreamErrors|Http502)\w*$/ }, ({ labels }) => ({
      namespace: labels.namespace ?? '',
      name: labels.deployment ?? labels.workload ?? labels.service ?? '',
      ...(labels.service && { service: labels.service }),
    })),
  ],
  correlationKey: ({ namespace, kind, name }) => `${namespace}/${kind}/${name}`,
  onRepeat: 'join',
  whenAlertResolves: 'stop-before-first-change',

  async run({ namespace, kind, name, service = name, sidecar: named, window, minutes, withinSeconds }) {
    const workload = { namespace, kind, name };
    const [pods, felt] = await Promise.all([podsNow(workload), usersFeelIt({ service, namespace })]);
    const [first] = pods;
    if (!first) return handOver(`There is no pod of ${kind} ${namespace}/${name} to look at.`);
    const pair = sidecarOf(first, named);
    if (!pair) {
      const names = first.containers.map((c) => c.name).join(', ');
      return handOver(
        `${felt.words} Which container of ${first.name} is the proxy is not known: it has ${names}. Start again with --set sidecar=CONTAINER.`,
      );
    }
    const { sidecar, behind } = pair;
    const { said, notSeen } = await sidecarLogs({ pods, sidecar, minutes });
    const { cpu } = await measureCpu(workload, { window, chart: `CPU throttling of ${name}` });
    const samples = cpu?.state === 'known' ? cpu.containers : [];
    const seen = samples.slice(0, 20).map((c) => `${c.pod}/${c.container}: ${share(c.throttled)}`);
    const chart = cpu?.state === 'known' ? chartLine(cpu.chart) : [];
    const unmeasured = cpu?.state === 'unknown' ? [`throttling: ${cpu.reason}`] : [];
    const since = Date.now() - minutes * 60_000;
    const crashed = pods.flatMap((pod) =>
      pod.containers.flatMap(({ name: container, lastTermination: end }) =>
        behind.includes(container) && end?.finishedAt && Date.parse(end.finishedAt) > since
          ? [`${container} of ${pod.name} (${end.reason}, exit code ${end.exitCode})`]
          : [],
      ),
    );
    const judged = whyBadGateway({ sidecar, behind, said, crashed, cpu: samples });
    finding(judged.words, { evidence: [...seen, ...chart, ...unmeasured, ...notSeen] });
    const unseen = [...unmeasured, ...notSeen];
    if (judged.why !== 'throttled')
      return handOver(
        `${felt.words} ${judged.words}. ${unseen.length > 0 ? `Not seen: ${unseen.join('; ')}. ` : ''}Next: ${judged.next}.`,
        { said, throttled: seen },
      );
    const { throttled } = judged;
    const told = { ...felt, words: `${felt.words} ${judged.words}.` };
    return raiseCpuLimit({ workload, throttled, pods, seen, felt: told, service, window, withinSeconds });
  },
});
