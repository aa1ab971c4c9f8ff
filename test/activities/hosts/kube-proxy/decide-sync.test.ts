import { expect, test } from '@jest/globals';
import { SyncVerdict } from '../../../../activities/hosts/contract/kube-proxy-sync.ts';
import type { Seen } from '../../../../activities/hosts/kube-proxy/decide-sync.ts';
import type { ServiceRouting } from '../../../../activities/hosts/service-routing.ts';
import { sampleText } from '../sample.ts';
import { decided, metricsText, natText, routing, statusText, type Texts } from './synced-node.ts';

const STARTED = '2026-11-21T09:49:47.244Z';
const gauge = (name: string, value: string) =>
  metricsText.replaceAll(
    new RegExp(`^(kubeproxy_sync_proxy_rules_${name}(?:\\{.*\\})?) .*$`, 'gm'),
    `$1 ${value}`,
  );
const without = (pattern: RegExp) =>
  natText
    .split('\n')
    .filter((line) => !pattern.test(line))
    .join('\n');
const moved: ServiceRouting = routing.map((port) =>
  port.service === 'postgres'
    ? { ...port, endpoints: [{ address: '10.245.1.9', port: 5432, node: 'node-worker-1' }] }
    : port,
);

test('the sample is of a node that has synced', () => {
  const verdict = decided({}, { since: STARTED });
  expect(SyncVerdict.parse(verdict)).toEqual(verdict);
  expect(verdict.conditions.map(({ verdict: v, condition }) => `${condition} ${v}`)).toEqual([
    'process-is-new-enough pass',
    'synced-since-start pass',
    'nothing-pending pass',
    'restores-succeed pass',
    'rules-match-services pass',
    'connects-to-a-service pass',
  ]);
  expect(verdict).toMatchObject({ verdict: 'pass', compared: 3, differing: 0 });
});

test.each<
  [
    what: string,
    expected: 'fail' | 'unknown',
    condition: string,
    reason: RegExp,
    texts: Texts,
    seen?: Partial<Seen>,
  ]
>([
  [
    'the old process still runs',
    'fail',
    'process-is-new-enough',
    /before the restart at/,
    {},
    { since: '2026-11-21T09:50:00.000Z' },
  ],
  [
    'the old process still runs, without a unit',
    'fail',
    'process-is-new-enough',
    /before the restart at/,
    {},
    { unit: null, since: '2026-11-21T09:50:00.000Z' },
  ],
  [
    'just restarted: nothing synced yet',
    'fail',
    'synced-since-start',
    /has not finished a sync of its IPv4 rules/,
    { metrics: gauge('last_timestamp_seconds', '0') },
  ],
  [
    'just restarted: one family not synced',
    'fail',
    'synced-since-start',
    /IPv6/,
    { metrics: metricsText.replace(/^.*last_timestamp_seconds\{ip_family="IPv6"\}.*$/m, '') },
  ],
  [
    'just restarted: the API server is away',
    'fail',
    'synced-since-start',
    /does it reach the API server/,
    { metrics: metricsText.replaceAll(/^.*last_(queued_)?timestamp.*$/gm, '') },
  ],
  [
    'its last sync was before the restart',
    'fail',
    'synced-since-start',
    /was before/,
    {
      metrics: gauge('last_timestamp_seconds', '1.7952545e+09').replaceAll(
        /(last_queued\S*) .*/g,
        '$1 1.7952544e+09',
      ),
    },
    { since: STARTED },
  ],
  [
    'an OOM loop, between two restarts',
    'fail',
    'process-is-new-enough',
    /restarts again and again \(3 times, now auto-restart\)/,
    { status: sampleText('status-crash-loop.txt') },
  ],
  [
    'an OOM loop, in the second when it runs',
    'fail',
    'process-is-new-enough',
    /again and again \(7 times/,
    { status: statusText.replace('NRestarts=0', 'NRestarts=7') },
  ],
  [
    'the unit is stopped',
    'fail',
    'process-is-new-enough',
    /runs no process \(dead\)/,
    { status: statusText.replace('SubState=running', 'SubState=dead').replace(/MainPID=\d+/, 'MainPID=0') },
  ],
  [
    'another process answers on the port',
    'fail',
    'process-is-new-enough',
    /another process than kube-proxy\.service/,
    { metrics: metricsText.replace(/^process_start.*$/m, 'process_start_time_seconds 1.7952e+09') },
  ],
  [
    'the metrics do not answer',
    'unknown',
    'process-is-new-enough',
    /does not answer/,
    {},
    { metrics: { unseen: 'kube-proxy does not answer on its metrics port' } },
  ],
  ['an empty page of metrics', 'unknown', 'process-is-new-enough', /does not say when/, { metrics: '' }],
  [
    'the start time is NaN',
    'unknown',
    'process-is-new-enough',
    /does not say when/,
    { metrics: metricsText.replace(/^process_start.*$/m, 'process_start_time_seconds NaN') },
  ],
  [
    'the last sync is NaN',
    'fail',
    'synced-since-start',
    /has not finished/,
    { metrics: gauge('last_timestamp_seconds', 'NaN') },
  ],
  [
    'systemd does not answer',
    'unknown',
    'process-is-new-enough',
    /not asked/,
    {},
    { unit: { unseen: 'systemd on node-worker-3 was not asked: busy' } },
  ],
  [
    "the host's clock is 5 minutes ahead",
    'unknown',
    'process-is-new-enough',
    /clock is 300 s ahead of the worker's/,
    {},
    { since: STARTED, clockAheadMs: 300_000 },
  ],
  [
    "the host's clock is 5 minutes behind",
    'unknown',
    'process-is-new-enough',
    /clock is 300 s behind the worker's/,
    {},
    { since: STARTED, clockAheadMs: -300_000 },
  ],
  [
    'changes wait',
    'fail',
    'nothing-pending',
    /2 Service and 0 endpoint changes wait/,
    { metrics: gauge('service_changes_pending', '2') },
  ],
  [
    'endpoint changes wait',
    'fail',
    'nothing-pending',
    /0 Service and 5 endpoint/,
    { metrics: gauge('endpoint_changes_pending', '5') },
  ],
  [
    'a sync is queued',
    'fail',
    'nothing-pending',
    /was queued at .* and has not ended/,
    { metrics: gauge('last_queued_timestamp_seconds', '1.79525459e+09') },
  ],
  [
    'what is pending is not said',
    'unknown',
    'nothing-pending',
    /does not say/,
    { metrics: metricsText.replace(/^.*service_changes_pending.*$/m, '') },
  ],
  [
    'restores fail more and more',
    'fail',
    'restores-succeed',
    /failing: 9 times, 2 since the last look/,
    {
      metrics: `${metricsText}kubeproxy_sync_proxy_rules_iptables_restore_failures_total{ip_family="IPv4"} 9\n`,
    },
    { earlierFailures: 7 },
  ],
  [
    'restores have failed, looked at once',
    'unknown',
    'restores-succeed',
    /looked at once/,
    {
      metrics: `${metricsText}kubeproxy_sync_proxy_rules_iptables_partial_restore_failures_total{ip_family="IPv4"} 1\n`,
    },
  ],
  [
    'a Service is missing in the rules',
    'fail',
    'rules-match-services',
    /^payments\/postgres:postgres \(10\.96\.45\.12:5432\/TCP\): the node has no rule for it; it should go to/,
    { nat: without(/KUBE-SERVICES .*postgres/) },
  ],
  [
    'a stale endpoint',
    'fail',
    'rules-match-services',
    /payments\/postgres:postgres .*the node routes it to 10\.24\S+:5432, which the API does not list; the node does not route it to 10\.245\.1\.9:5432/,
    { routing: moved },
  ],
  [
    'rules of an old process for a Service that is gone',
    'fail',
    'rules-match-services',
    /payments\/postgres:postgres .*the API has no such Service port/,
    { routing: routing.filter(({ service }) => service !== 'postgres') },
  ],
  [
    'rules for a Service whose endpoints are all gone',
    'fail',
    'rules-match-services',
    /it has no endpoint that is ready/,
    { routing: routing.map((port) => (port.service === 'postgres' ? { ...port, endpoints: [] } : port)) },
  ],
  ['no rules at all', 'fail', 'rules-match-services', /\(and 2 more of 3\)/, { nat: '' }],
  [
    'an endpoint of several is missing',
    'fail',
    'rules-match-services',
    /: the node does not route it to 10\.\S+:8080$/,
    { nat: natText.replace(/^-A KUBE-SVC-\S+ .*payment-service:http -> .*\n/m, '') },
  ],
  [
    'the API is away',
    'unknown',
    'rules-match-services',
    /API server did not say/,
    {},
    { rules: { unseen: 'the API server did not say which Services there are: timed out' } },
  ],
  [
    'the API lists no Service at all',
    'unknown',
    'rules-match-services',
    /no Service port to compare/,
    { routing: [], nat: '' },
  ],
  [
    'rules agree and the connection fails',
    'fail',
    'connects-to-a-service',
    /nothing answers in time/,
    {},
    { connection: { verdict: 'fail', reason: 'nothing answers in time' } },
  ],
  [
    'the connection could not be tried',
    'unknown',
    'connects-to-a-service',
    /neither bash/,
    {},
    { connection: { unseen: 'neither bash nor python3' } },
  ],
])('%s: %s at %s', (_what, expected, condition, reason, texts, seen = {}) => {
  const verdict = decided(texts, seen);
  expect(verdict.verdict).toBe(expected);
  const decisive = verdict.conditions.find((c) => c.verdict === expected)!;
  expect(decisive.condition).toBe(condition);
  expect(decisive.reason).toMatch(reason);
  expect(verdict.reason).toContain(decisive.reason);
});

test.each<[what: string, texts: Texts, seen?: Partial<Seen>]>([
  ["a port whose rules are a moment behind the API's", { routing: moved, earlier: routing }],
  [
    'a Service that is a moment too new for the rules',
    {
      nat: without(/KUBE-SERVICES .*postgres/),
      earlier: routing.filter(({ service }) => service !== 'postgres'),
    },
  ],
  [
    'a Service that was deleted a moment ago',
    { routing: routing.filter(({ service }) => service !== 'postgres'), earlier: routing },
  ],
  [
    'a Service without endpoints and without a rule',
    { routing: [...routing, { ...routing[0]!, service: 'empty', clusterIPs: ['10.96.7.7'], endpoints: [] }] },
  ],
  [
    'a node that rightly uses the near endpoints only',
    {
      nat: natText.replace(/^-A KUBE-SVC-\S+ .*payment-service:http -> .*\n/m, ''),
      routing: routing.map((port) => ({ ...port, hints: true })),
    },
  ],
  [
    'a local policy with endpoints elsewhere only',
    {
      nat: without(/KUBE-SERVICES .*postgres/),
      routing: routing.map((port) =>
        port.service === 'postgres' ? { ...port, internalTrafficPolicy: 'Local' as const } : port,
      ),
    },
  ],
  [
    'restores that failed once and no more',
    {
      metrics: `${metricsText}kubeproxy_sync_proxy_rules_iptables_restore_failures_total{ip_family="IPv4"} 9\n`,
    },
    { earlierFailures: 9 },
  ],
  ['clocks that differ, when no moment of another clock is compared', {}, { clockAheadMs: 300_000 }],
  ['kube-proxy as a pod', {}, { unit: null }],
  [
    'metrics without labels, as before 1.33',
    { metrics: metricsText.replaceAll(/\{ip_family="IPv4"\}/g, '').replaceAll(/^.*IPv6.*$/gm, '') },
  ],
])('passes: %s', (_what, texts, seen = {}) => {
  expect(decided(texts, seen)).toMatchObject({ verdict: 'pass', differing: 0 });
});

test('differences are counted in full and shown up to ten', () => {
  const many = Array.from({ length: 40 }, (_, n) => ({
    ...routing[0]!,
    service: `s${n}`,
    clusterIPs: [`10.96.200.${n}`],
  }));
  const verdict = decided({ routing: [...routing, ...many] });
  expect(verdict).toMatchObject({ compared: 43, differing: 40 });
  expect(verdict.differences).toHaveLength(10);
  expect(verdict.differences[0]).toMatchObject({ clusterIP: '10.96.200.0', port: routing[0]!.port });
});
