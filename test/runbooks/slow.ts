import { jaeger } from '../../activities/jaeger/contract.ts';
import { kubernetes, type ConfigurationSource } from '../../activities/kubernetes/contract.ts';
import { loki } from '../../activities/loki/contract.ts';
import { prometheus } from '../../activities/prometheus/contract.ts';
import { fails, type Stage } from '../../testing/index.ts';
import { pod } from './pod.ts';
import { revision, rollout } from './rollout.ts';

/** A shop whose requests take 2 s, 1.7 s of it in its cache; what is slow is fast again once something is taken back. */
export function slowShop(
  stage: Stage,
  o: {
    /** Seconds since the cache's present revision was made. */
    readonly releasedAgo?: number;
    readonly edited?: (ago: (seconds: number) => string) => ConfigurationSource;
    /** What more it is configured by, than `edited`. */
    readonly sources?: (ago: (seconds: number) => string) => readonly ConfigurationSource[];
    /** Milliseconds that each trace took, in turn; 2,000 when left out. */
    readonly took?: readonly number[];
    /** All slow requests are of one trace. */
    readonly oneTrace?: boolean;
    readonly latency?: number | 'not measured';
    /** What it was before the release; 0.05 s when left out. */
    readonly before?: number;
    readonly logs?: boolean;
    /** Which operations the time of the slow requests goes to, one a request. */
    readonly slowest?: readonly string[];
    readonly workloads?: readonly string[];
    readonly helps?: boolean;
  } = {},
): void {
  const {
    releasedAgo = 600,
    before = 0.05,
    logs = true,
    slowest = ['GET'],
    took = [2_000],
    helps = true,
  } = o;
  let latency = o.latency ?? 1.9;
  const mend = () => void (helps && (latency = 0.05));
  const workload = { kind: 'Deployment' as const, name: 'cache', uid: 'd' };
  const api = { service: 'api', operation: 'POST /pay' };
  const traceOf = (n: number) => {
    const own = { service: 'cache', operation: slowest[n % slowest.length]! };
    return {
      ...{
        state: 'known' as const,
        traceId: (o.oneTrace ? '1' : `${n + 1}`).repeat(32),
        durationMs: took[n % took.length]!,
        root: api,
        spans: 2,
      },
      ...{ services: ['api', 'cache'], complete: true, orphans: [], errors: [], others: [] },
      criticalPath: [{ ...own, spanId: 'b', selfMs: 1_700, share: 0.85 }],
      slowest: { ...own, selfMs: 1_700, share: 0.85 },
      timeline: [
        { ...api, fromMs: 0, durationMs: 2_000, failed: false },
        { ...own, fromMs: 100, durationMs: 1_700, failed: false },
      ],
    };
  };
  const line = (n: number, at: string) => ({
    ...{ at, nanoseconds: String(n), labels: { app: 'api' } },
    text: `{"msg":"paid","request_id":"req-00${n}","trace_id":"${`${n + 1}`.repeat(32)}","took_ms":2000}`,
  });
  stage
    .answer(prometheus.latencyQuantile, (_, { ago }) =>
      latency === 'not measured'
        ? { state: 'unknown', why: 'empty', reason: 'nobody measures the latency of api' }
        : {
            ...{ state: 'known', value: latency, unit: 'seconds', at: ago(1), ageSeconds: 1 },
            ...{ exporter: 'Istio', query: 'l' },
          },
    )
    .answer(prometheus.compare, ({ expr, before: distance }) => {
      const same = typeof latency === 'number' && latency <= before * 1.25;
      return {
        verdict: same ? 'pass' : 'fail',
        reason: `${String(latency)} now, ${before} at most ${distance} before`,
        query: expr,
      };
    })
    .answer(
      loki.query,
      logs
        ? (_, { ago }) => ({
            ...{ state: 'known', from: ago(600), to: ago(0), truncated: false },
            lines: [0, 1, 2, 3].map((n) => line(n, ago(10 + n))),
          })
        : fails('invalid', 'this deployment has no `loki`'),
    )
    .answer(loki.byRequestId, ({ requestId }, { ago }) => ({
      ...{ state: 'known', from: ago(600), to: ago(0), truncated: false },
      lines: [line(Number(requestId.at(-1)), ago(10))],
    }))
    .answer(jaeger.trace, (asked, { ago }) => ({
      ...traceOf('traceId' in asked ? Number(asked.traceId[0]) - 1 : 0),
      startedAt: ago(12),
    }))
    .answer(prometheus.exemplars, { state: 'known', samples: [], kept: 3 })
    .answer(jaeger.slowest, () => ({
      ...{ state: 'known', traces: 9, tracesBefore: 9, truncated: false },
      operations: [
        {
          ...{ operation: 'POST /pay', count: 9, p50Ms: 1_900, p95Ms: 2_000, maxMs: 2_000 },
          traceId: '1'.repeat(32),
        },
      ],
    }))
    .answer(kubernetes.listPods, {
      pods: (o.workloads ?? ['api', 'cache']).map((name) => pod(`${name}-a`, { workload: name })),
    })
    .answer(kubernetes.rolloutHistory, (_, { ago }) => ({
      workload,
      paused: false,
      revisions: [revision(1, { created: ago(90_000) }), revision(2, { created: ago(releasedAgo) })],
    }))
    .answer(kubernetes.compareRevisions, {
      from: revision(1),
      to: revision(2),
      differences: [{ path: 'env[name=SWEEP].value', before: 'hourly', after: 'each-read' }],
    })
    .answer(kubernetes.configurationOf, (_, { ago }) => ({
      ...{ found: true, references: [] },
      sources: [...(o.edited ? [o.edited(ago)] : []), ...(o.sources?.(ago) ?? [])],
    }))
    .answer(kubernetes.rolloutStatus, rollout(true))
    .change(kubernetes.rolloutUndo, {
      apply: ({ templateHash }) => {
        mend();
        return { deployment: workload, generation: 3, templateHash };
      },
    })
    .change(kubernetes.setConfigMapKeys, { apply: ({ values }) => ({ uid: 'c', keys: Object.keys(values) }) })
    .change(kubernetes.rolloutRestart, {
      apply: () => {
        mend();
        return { workload, generation: 3, template: 't' };
      },
    });
}
