import { expect, test } from '@jest/globals';
import type { Container } from '../../../activities/kubernetes/contract.ts';
import {
  kubeProxyPodDiagnosis,
  type KubeProxyPodFacts,
} from '../../../runbooks/analysis/kube-proxy-pod-diagnosis.ts';
import { pod, sick } from '../pod.ts';

const NOW = '2026-11-21T02:50:00Z';
const ENDED = '2026-11-21T02:49:30Z';
const sync = (verdict: 'pass' | 'fail' | 'unknown') => ({
  verdict,
  reason: `synced: ${verdict}`,
  compared: 404,
  differing: 0,
  differences: [],
});
const line = (about: string, at = ENDED) => ({
  at,
  kind: 'oom-kill' as const,
  about,
  message: `Memory cgroup out of memory: Killed process 7 (${about}) total-vm:1kB, anon-rss:19456kB, file-rss:1kB`,
});
const end = { exitCode: 137, startedAt: '2026-11-21T02:49:20Z', finishedAt: ENDED };
const OOM = { ...end, reason: 'OOMKilled' };
const ERROR = { ...end, reason: 'Error' };

function facts(
  o: {
    container?: Partial<Container>;
    crashes?: boolean;
    limit?: string | undefined;
    pod?: undefined;
    lines?: ReturnType<typeof line>[];
    sync?: 'pass' | 'fail' | 'unknown';
  } = {},
): KubeProxyPodFacts {
  const made = o.crashes === false ? pod('kube-proxy-x') : sick('kube-proxy-x');
  const containers = made.containers.map((c) => ({ ...c, name: 'kube-proxy', ...o.container }));
  const limit = 'limit' in o ? o.limit : '20Mi';
  return {
    host: 'w3',
    of: {
      pod: 'pod' in o ? undefined : { ...made, namespace: 'kube-system', containers },
      container: 'kube-proxy',
      limit,
      updateStrategy: 'RollingUpdate',
    },
    kernel: { hostTime: NOW, problems: o.lines ?? [] },
    services: {
      count: 404,
      readyEndpoints: 2_410,
      created: [{ minute: NOW, namespace: 'merchants', count: 400 }],
    },
    sync: sync(o.sync ?? 'unknown'),
  };
}

test('killed at its limit, again and again', () => {
  const diagnosis = kubeProxyPodDiagnosis(
    facts({ container: { lastTermination: OOM }, lines: [line('kube-proxy')] }),
  );
  expect(diagnosis).toMatchObject({ cause: 'memory-limit', limit: { memoryMax: '96M' } });
  expect(diagnosis.statement).toBe(
    'kube-proxy in pod kube-system/kube-proxy-x on w3 is killed at its memory limit of 20Mi before it has synced, so the node routes by old rules.',
  );
  expect(diagnosis.evidence.join('\n')).toMatch(/the last time at 2026-11-21T02:49:30Z \(19 MiB resident\)/);
  expect(diagnosis.evidence.join('\n')).toMatch(/grew by 400 at .* \(namespace merchants\)/);
});

for (const [name, given, cause] of [
  [
    'the kubelet calls it an error, the kernel a kill',
    { container: { lastTermination: ERROR }, lines: [line('kube-proxy')] },
    'memory-limit',
  ],
  ['an error, and nobody was killed for memory', { container: { lastTermination: ERROR } }, 'not-running'],
  [
    "an error, and another's kill at that moment",
    { container: { lastTermination: ERROR }, lines: [line('java')] },
    'not-running',
  ],
  [
    'an error, and a kill at another time',
    { container: { lastTermination: ERROR }, lines: [line('kube-proxy', NOW)] },
    'not-running',
  ],
  ['killed without a limit of its own', { container: { lastTermination: OOM }, limit: undefined }, 'unclear'],
  [
    'between two kills it runs and is ready',
    { crashes: false, container: { lastTermination: OOM, startedAt: '2026-11-21T02:49:40Z' } },
    'memory-limit',
  ],
  [
    'killed minutes ago and well since',
    { crashes: false, container: { lastTermination: OOM, startedAt: '2026-11-21T02:45:00Z' }, sync: 'pass' },
    'in-order',
  ],
  ['the DaemonSet has no pod here', { pod: undefined }, 'not-running'],
  ['it runs and has synced', { crashes: false, sync: 'pass' }, 'in-order'],
  ['it runs with stale rules', { crashes: false, sync: 'fail' }, 'stale-rules'],
  ['nobody can tell', { crashes: false }, 'unclear'],
] as const) {
  test(`${name}: ${cause}`, () => {
    const diagnosis = kubeProxyPodDiagnosis(facts(given as Parameters<typeof facts>[0]));
    expect(diagnosis.cause).toBe(cause);
    expect(diagnosis.limit !== undefined).toBe(cause === 'memory-limit');
  });
}
