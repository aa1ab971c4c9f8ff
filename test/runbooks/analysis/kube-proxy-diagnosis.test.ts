import { expect, test } from '@jest/globals';
import type { ServiceStatus } from '../../../activities/hosts/contract.ts';
import { kubeProxyDiagnosis, type KubeProxyFacts } from '../../../runbooks/analysis/kube-proxy-diagnosis.ts';
import { serviceRunning } from '../service-status.ts';

const MiB = 1024 * 1024;
const AT = '2026-11-21T02:40:00Z';
const running = serviceRunning('kube-proxy.service', {
  hostTime: AT,
  activeSince: AT,
  mainStartedAt: AT,
  memory: { maxBytes: 20 * MiB, currentBytes: 14 * MiB, peakBytes: 14 * MiB },
});
const looping: Partial<ServiceStatus> = {
  activeState: 'activating',
  subState: 'auto-restart',
  result: 'signal',
  crashLooping: true,
  restarts: 12,
};
const kill = { at: AT, process: 'kube-proxy', pid: 7, unit: 'kube-proxy.service', anonRssBytes: 19 * MiB };
const synced = {
  verdict: 'pass' as const,
  reason: 'all 404 match',
  compared: 404,
  differing: 0,
  differences: [],
};
const stale = {
  verdict: 'fail' as const,
  reason: '1 of 404 Service ports differs',
  compared: 404,
  differing: 1,
  differences: [
    {
      service: 'payments/postgres:postgres',
      clusterIP: '10.96.45.12',
      protocol: 'TCP',
      port: 5432,
      difference: 'points at 10.1.1.1, not 10.1.2.2',
    },
  ],
};
const mute = { ...stale, verdict: 'unknown' as const, reason: 'the metrics did not answer', differences: [] };
const many = {
  count: 404,
  readyEndpoints: 2_410,
  created: [
    { minute: AT, namespace: 'merchants', count: 400 },
    { minute: AT, namespace: 'kube-system', count: 4 },
  ],
};

const facts = (
  f: { status?: Partial<ServiceStatus>; kills?: number } & Partial<Omit<KubeProxyFacts, 'status'>> = {},
): KubeProxyFacts => ({
  journal: { oomKills: Array.from({ length: f.kills ?? 0 }, () => kill), entries: [], from: AT },
  services: f.services ?? many,
  sync: f.sync ?? stale,
  status: { ...running, ...f.status },
});

test('killed at its limit, again and again', () => {
  const diagnosis = kubeProxyDiagnosis(facts({ status: looping, kills: 5, sync: mute }));
  expect(diagnosis.cause).toBe('memory-limit');
  expect(diagnosis.limit?.memoryMax).toBe('96M');
  expect(diagnosis.statement).toMatch(/killed at its memory limit of 20 MiB/);
  expect(diagnosis.evidence.join('\n')).toMatch(/5 OOM kills.*19 MiB resident/);
  expect(diagnosis.evidence.join('\n')).toMatch(/grew by 400 at .* \(namespace merchants\)/);
});

test.each([
  ['it crashes without an OOM kill', facts({ status: looping }), 'not-running'],
  [
    'it was stopped by hand',
    facts({ status: { activeState: 'inactive', subState: 'dead' }, sync: mute }),
    'not-running',
  ],
  ['it runs with stale rules', facts(), 'stale-rules'],
  ['it runs and has synced: the fault is elsewhere', facts({ sync: synced }), 'in-order'],
  ['it was killed an hour ago and is well since', facts({ kills: 3, sync: synced }), 'in-order'],
  ['nobody can tell', facts({ sync: mute }), 'unclear'],
  [
    'killed for memory without a limit of its own',
    facts({
      status: { ...looping, memory: { maxBytes: null, currentBytes: null, peakBytes: null } },
      kills: 2,
    }),
    'unclear',
  ],
] as const)('%s', (_, given, cause) => {
  const diagnosis = kubeProxyDiagnosis(given);
  expect(diagnosis.cause).toBe(cause);
  expect(diagnosis.limit).toBeUndefined();
});

test('what differs is named', () => {
  expect(kubeProxyDiagnosis(facts()).evidence).toContain(
    'payments/postgres:postgres: points at 10.1.1.1, not 10.1.2.2',
  );
});

test('a handful of new Services is no growth', () => {
  const few = { count: 300, readyEndpoints: 900, created: [{ minute: AT, namespace: 'x', count: 3 }] };
  expect(kubeProxyDiagnosis(facts({ services: few })).evidence.join()).not.toMatch(/grew/);
});
