import { alerts } from '../../activities/alerts/contract.ts';
import { jaeger } from '../../activities/jaeger/contract.ts';
import { implementRead, StepFailure, type ImplementedStep } from '../../activities/kit/index.ts';
import { kubernetes } from '../../activities/kubernetes/contract.ts';
import { loki } from '../../activities/loki/contract.ts';
import { keepChart } from '../../activities/prometheus/chart.ts';
import { prometheus } from '../../activities/prometheus/contract.ts';

const now = () => new Date().toISOString();

export const serviceNamed = (namespace: string, name: string) => ({
  namespace,
  name,
  uid: `uid-${name}`,
  created: '2026-11-20T02:40:00Z',
  type: 'ClusterIP',
  clusterIPs: ['10.96.0.9'],
  ports: [],
});

/** What a namespace's logs say in a test: how often each pattern was found. */
export const patternsSay = (patterns: readonly string[], counts: (pattern: string) => number) => ({
  verdict: 'fail' as const,
  reason: 'unexpected',
  from: now(),
  to: now(),
  lines: 400,
  expected: [],
  unexpected: patterns.map((pattern) => ({
    pattern,
    count: counts(pattern),
    samples:
      counts(pattern) > 0
        ? [{ at: now(), nanoseconds: '1', labels: { app: 'api' }, text: 'dial tcp: connection refused' }]
        : [],
  })),
});

/** Systems that are asked without a namespace; a service called `blind` is measured by nobody. */
export const asked: readonly ImplementedStep[] = [
  implementRead(alerts.history, async ({ labels: { service } }) =>
    service === 'blind'
      ? { state: 'unknown', why: 'never-received', reason: 'no such alert was received' }
      : {
          ...{ state: 'known', from: now(), until: now(), times: 4, firing: 1 },
          ...{ firingSince: now(), medianSeconds: 400, longestSeconds: 720, truncated: false },
          flapping: { flaps: true, lately: 3, atWorst: 3, reason: 'began to fire 3 times in the last 1h' },
          outcomes: { 'handed-over': 2, open: 1 },
          fired: [
            {
              ...{ name: 'HTTP5xx', source: 'alertmanager', fingerprint: 'f', labels: {} },
              ...{ from: '2026-11-21T02:41:00.000Z', to: now(), state: 'ended', seconds: 720 },
              runs: [{ run: 'triage/7', runbook: 'triage', effect: 'new', outcome: 'handed-over' }],
            },
          ],
        },
  ),
  implementRead(kubernetes.whatChanged, async () => ({
    from: now(),
    until: now(),
    changes: [
      {
        at: '2026-11-21T02:40:00Z',
        kind: 'rollout',
        object: 'deployment/shop/api',
        summary: 'api was rolled out',
        count: 1,
      },
    ],
    notSeen: [],
  })),
  implementRead(prometheus.compare, async ({ expr, chart }, context) => ({
    verdict: 'fail',
    reason: '0.2 now is 20 times the highest: 0 to 0.01',
    now: 0.2,
    query: expr,
    chart: await keepChart(
      { title: chart ?? 'untitled', query: expr, series: [{ name: 'then', points: [[0, 1]] }] },
      context,
    ),
  })),
  implementRead(loki.fresh, async ({ namespaces: [namespace] }) => {
    if (namespace === 'blind')
      throw new StepFailure('invalid', 'this deployment has no `loki`', { next: 'Add `loki`' });
    return {
      verdict: 'pass',
      reason: 'heard',
      namespaces: [{ namespace: namespace!, fresh: true, newest: now(), ageSeconds: 2 }],
    };
  }),
  implementRead(loki.query, async () => ({
    ...{ state: 'unknown', why: 'empty', reason: 'no line came', from: now(), to: now() },
  })),
  implementRead(loki.patterns, async ({ expr, unexpected }) => {
    if (expr.includes('blind'))
      throw new StepFailure('invalid', 'this deployment has no `loki`', { next: 'Add `loki`' });
    return patternsSay(unexpected, (p) =>
      p.includes('refused') ? 31 : p.includes('NXDOMAIN') && expr.includes('unresolved') ? 4 : 0,
    );
  }),
  implementRead(jaeger.errorsBy, async ({ service }) =>
    service === 'blind'
      ? { state: 'unknown', why: 'empty', reason: 'Jaeger has no trace of blind' }
      : {
          state: 'known',
          traces: 40,
          tracesBefore: 38,
          truncated: false,
          operations: [
            {
              operation: 'POST /pay',
              count: 20,
              errors: 5,
              ratio: 0.25,
              message: 'no connection',
              traceId: 'ab',
              before: { count: 20, errors: 0, ratio: 0 },
            },
          ],
        },
  ),
  implementRead(jaeger.slowest, async ({ service }) => {
    const times = { count: 20, p50Ms: 40, p95Ms: 1_900, maxMs: 2_000 };
    return service === 'blind'
      ? { state: 'unknown', why: 'empty', reason: 'Jaeger has no trace of blind' }
      : {
          state: 'known',
          traces: 40,
          tracesBefore: 38,
          truncated: false,
          operations: [{ operation: 'POST /pay', ...times, traceId: 'cd', before: { ...times, p95Ms: 50 } }],
        };
  }),
  implementRead(jaeger.trace, async () => ({
    state: 'known',
    traceId: 'cd',
    startedAt: now(),
    durationMs: 2_000,
    root: { service: 'api', operation: 'POST /pay' },
    spans: 3,
    services: ['api', 'cache'],
    complete: false,
    orphans: ['cache'],
    criticalPath: [{ service: 'cache', operation: 'GET', spanId: 'c', selfMs: 1_700, share: 0.85 }],
    slowest: { service: 'cache', operation: 'GET', selfMs: 1_700, share: 0.85 },
    errors: [],
    timeline: [],
    others: [],
  })),
];
