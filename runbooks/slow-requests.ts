/**
 * Requests are slow and do not fail. Slow ones are taken from the logs by their ids and followed through their traces to the
 * operation that their time goes to, which is often another service than the one that the alert names: a cache, a
 * database, a neighbour. What changed of that one is proposed to be taken back, where it can be.
 */
import { z } from 'zod';
import { kubernetes } from '../activities/kubernetes/contract.ts';
import { Name, Namespace } from '../activities/kubernetes/contract/identity.ts';
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
import { culpritOf } from './analysis/slow-requests.ts';
import { ASK, Patience, PLATFORM } from './platform-oncall.ts';
import { slowTraces } from './slow-requests/slow-traces.ts';
import { whatSlowedIt } from './slow-requests/what-slowed-it.ts';
import { beforeThat } from './young-release.ts';

const CONTINUE = { onFailure: 'continue' } as const;

export default defineRunbook({
  id: 'slow-requests',
  title: 'Requests to a service are slow',
  owner: PLATFORM,
  description:
    'Takes slow requests from the logs by their ids, follows them through their traces, and names the operation that their time goes to. Where a release or an edit of its configuration within the last hour explains it, proposes to take that back; else hands over with the requests.',
  input: z.object({
    namespace: Namespace,
    /** The Service whose requests are slow; the name under which it is measured and traced too. */
    service: Name,
    /** A request that takes longer is slow; the service is well once 95 % take less. Milliseconds. */
    slowerThanMs: z.number().int().min(1).max(600_000).default(500),
    /** The field of structured log lines that says how many milliseconds a request took. */
    durationField: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'write the name of a field, as LogQL’s json gives it')
      .default('took_ms'),
    /** How far back to look for slow requests. */
    minutes: z.number().int().min(1).max(240).default(10),
    withinSeconds: Patience,
  }),
  triggers: [
    onAlert(
      { alertname: /^(Http|HTTP|Ingress|Service|Istio|Nginx)?(High)?(Request)?(Latency|SlowRequests)\w*$/ },
      ({ labels }) => ({ namespace: labels.namespace ?? '', service: labels.service ?? '' }),
    ),
  ],
  correlationKey: ({ namespace, service }) => `${namespace}/${service}`,
  onRepeat: 'join',
  whenAlertResolves: 'stop-before-first-change',

  async run({ namespace, service, slowerThanMs, durationField, minutes, withinSeconds }) {
    const of = { service, namespace };
    const latency = await prometheus.latencyQuantile(of, CONTINUE);
    const felt = latency.ok && latency.value.state === 'known' ? latency.value : undefined;
    const notFelt = latency.ok ? latency.value.state === 'unknown' && latency.value.reason : latency.message;
    const feltWords = felt
      ? `95 % of the requests to ${service} take at most ${Math.round(felt.value * 1000)} ms.`
      : `How long requests to ${service} take is not measured: ${notFelt}.`;
    finding(feltWords, { evidence: felt ? `asked: ${felt.query}` : [] });
    if (felt && felt.value * 1000 < slowerThanMs) return { over: true, found: feltWords };

    const { traces, notSeen } = await slowTraces({
      namespace,
      service,
      slowerThanMs,
      durationField,
      minutes,
    });
    if (notSeen.length > 0) finding('Not everything was seen', { evidence: notSeen });
    const culprit = culpritOf(traces);
    if (!culprit) {
      const why =
        traces.length === 0
          ? `no trace of a slow request was found: ${notSeen.join('; ')}`
          : `their time goes to different places: ${traces.map((t) => `${t.slowest.operation} of ${t.slowest.service} (trace ${t.traceId})`).join(', ')}`;
      return handOver(`${feltWords} What makes them slow is not known: ${why}.`, { notSeen });
    }
    finding(culprit.words, {
      evidence: traces.map(
        (t) =>
          `trace ${t.traceId}: ${t.criticalPath.map((p) => `${p.service} ${p.operation} ${Math.round(p.selfMs)} ms`).join(', ')}`,
      ),
    });
    const found = {
      culprit: culprit.service,
      operation: culprit.operation,
      traces: traces.map((t) => t.traceId),
    };

    const { pods } = await kubernetes.listPods({ namespace, limit: 1000 });
    const workload = pods.find((p) => p.workload?.name === culprit.service)?.workload;
    if (!workload)
      return handOver(
        `${feltWords} ${culprit.words}. No workload of ${namespace} is called ${culprit.service}: whose it is, and what changed there, has to be looked up.`,
        found,
      );
    const cause = await whatSlowedIt(namespace, workload);
    if ('reason' in cause) return handOver(`${feltWords} ${culprit.words}. ${cause.reason}.`, found);

    const before =
      felt && (await beforeThat({ expr: felt.query, at: cause.at, what: `Latency of ${service}` }));
    if (before?.verdict === 'pass')
      return handOver(
        `${feltWords} ${culprit.words}. ${cause.because} It is acquitted: requests were as slow before it (${before.reason}).`,
        found,
      );
    const plan = await propose(cause.title, cause.changes, {
      because: [
        `${feltWords} ${culprit.words}.`,
        cause.because,
        before?.verdict === 'fail'
          ? `Before that, requests were faster: ${before.reason}.`
          : '**Whether requests were faster before that is not known.**',
        `The pods of ${workload.name} are replaced; what they keep in memory is gone, and those behind them are asked more for a while.`,
      ].join('\n\n'),
    });
    await carryOut(await approve(plan, ASK));

    const within = { within: `${withinSeconds}s` } as const;
    const checks = [
      await check(
        `The rollout of ${workload.name} is complete`,
        kubernetes.rolloutStatus,
        { namespace, kind: 'Deployment', name: workload.name },
        within,
      ),
      ...(felt
        ? [
            await check(
              `Requests to ${service} are fast again`,
              async () => {
                const now = await prometheus.latencyQuantile(of);
                if (now.state === 'unknown') return { verdict: 'unknown' as const, reason: now.reason };
                const ms = Math.round(now.value * 1000);
                const verdict = ms < slowerThanMs ? ('pass' as const) : ('fail' as const);
                return { verdict, reason: `95 % take at most ${ms} ms` };
              },
              within,
            ),
          ]
        : []),
    ];
    const titles = [`The rollout of ${workload.name} is complete`, `Requests to ${service} are fast again`];
    const skipped = titles.filter((_, i) => checks[i] === 'skipped');
    if (skipped.length > 0)
      return handOver(
        `${cause.title}: that was done; a person skipped: ${skipped.join('; ')}. ${culprit.words}.`,
        found,
      );
    remind(`${cause.title}: that was done at night. Is what made ${culprit.operation} slow understood?`, {
      at: 'next working day 09:30',
      to: PLATFORM,
    });
    return { ...found, done: cause.title };
  },
});
