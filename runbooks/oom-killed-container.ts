/**
 * A container is killed for its memory. A higher limit helps only against its own limit, and only for a while where it
 * leaks; both are said before anything is proposed, and checked afterwards by whether it outlives its last life.
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
import { mebibytes } from './analysis/memory-limit.ts';
import { bytesOf, newLimit, oomKilled } from './analysis/oom-kill.ts';
import { outlives } from './analysis/outlives.ts';
import { podsOf } from './analysis/pods-of.ts';
import { ASK, Patience, PLATFORM } from './platform-oncall.ts';

export default defineRunbook({
  id: 'oom-killed-container',
  title: 'A container is killed for its memory',
  owner: PLATFORM,
  description:
    'Finds the container and the limit at which it is killed, measures what it uses, and raises the limit. Hands over where the node ran out, or where the container takes whatever it is given.',
  input: z.object({
    namespace: Namespace,
    kind: WorkloadKind.default('Deployment'),
    name: Name,
    withinSeconds: Patience,
  }),
  triggers: [
    onAlert(
      { alertname: /^(KubeContainerOOMKilled|ContainerOOMKilled|KubernetesContainerOomKiller)$/ },
      ({ labels }) => ({
        namespace: labels.namespace ?? '',
        name: labels.deployment ?? labels.workload ?? '',
      }),
    ),
  ],
  correlationKey: ({ namespace, kind, name }) => `${namespace}/${kind}/${name}`,
  whenAlertResolves: 'stop-before-first-change',

  async run({ namespace, kind, name, withinSeconds }) {
    const workload = { namespace, kind, name };
    const podsNow = async () =>
      podsOf((await kubernetes.listPods({ namespace, limit: 1000 })).pods, workload);
    const [pods, template] = await Promise.all([podsNow(), kubernetes.workloadResources(workload)]);
    if (pods.length === 0) return handOver(`There is no pod of ${kind} ${namespace}/${name} to look at.`);
    const killed = oomKilled(pods);
    if (!killed) {
      const found = `No container of ${pods.length} pods of ${name} was killed for its memory in its last life.`;
      finding(found, { evidence: pods.slice(0, 20).map((p) => `${p.name}: ${p.because}`) });
      return { over: true, found };
    }
    const { container, spared, lived } = killed;
    finding(
      `${container} was killed for its memory in ${killed.pods.length} of ${pods.length} pods of ${name}`,
      {
        evidence: killed.pods.slice(0, 20).map((p) => `${p.name} on ${p.node ?? 'no node'}: ${p.because}`),
      },
    );

    const limit = template.containers.find((c) => c.name === container)?.limits['memory'];
    const limitBytes = bytesOf(limit);
    if (limitBytes === undefined) {
      return handOver(
        `${container} has no memory limit of its own: ${killed.pods[0]?.node ?? 'its node'} itself ran out of memory, and a limit would not help it.`,
        { nodes: [...new Set(killed.pods.map((p) => p.node))] },
      );
    }
    const usage = await prometheus.containerMemory({
      namespace,
      pods: pods.slice(0, 50).map((p) => p.name),
      container,
    });
    const peakBytes = usage.state === 'known' ? usage.peakBytes : undefined;
    finding(
      usage.state === 'known'
        ? `${container} used at most ${mebibytes(usage.peakBytes)} of its ${mebibytes(limitBytes)}, as far as was measured`
        : `What ${container} uses is not known: ${usage.reason}`,
      { evidence: usage.state === 'known' ? { ...usage.byPod, asked: usage.query } : { asked: usage.query } },
    );

    const { memory, reasoning } = newLimit({ limitBytes, peakBytes });
    const life =
      lived === undefined
        ? ''
        : ` Its longest life ended by it was ${lived} s: a leak would only take longer to get there.`;
    const plan = await propose(
      `Raise the memory limit of ${name}/${container} from ${limit} to ${memory}`,
      [kubernetes.setResources({ ...workload, container, limits: { memory } })],
      {
        because: `${reasoning}${life}${spared > 0 ? ` ${spared} pods were not killed; they restart too.` : ''}`,
      },
    );
    const [written] = await carryOut(await approve(plan, ASK));
    finding(`${name} asks for ${memory} now`, { evidence: written });

    const within = { within: `${withinSeconds}s` } as const;
    const rolledOut = await check(
      `The rollout of ${name} is complete`,
      kubernetes.rolloutStatus,
      workload,
      within,
    );
    const lives = await check(
      `${container} outlives its last life`,
      async () => outlives(await podsNow(), { container, seconds: lived ?? 0 }),
      within,
    );
    if (rolledOut === 'skipped' || lives === 'skipped') {
      const again = oomKilled(await podsNow());
      return handOver(
        again
          ? `${container} was killed again, at ${memory}: it takes whatever it is given, which looks like a leak or an input that is too large.`
          : `The limit was raised to ${memory}, and ${name} is still not well.`,
        { memory },
      );
    }
    remind(
      `Does ${name}/${container} still grow? Its limit was raised from ${limit} to ${memory} at night.`,
      {
        at: 'next working day 09:30',
        to: PLATFORM,
      },
    );
    return { container, from: limit, to: memory };
  },
});
