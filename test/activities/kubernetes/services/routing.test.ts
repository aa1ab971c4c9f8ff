import { expect, test } from '@jest/globals';
import type { RawEndpointSlice, RawPod, RawService } from '../../../../activities/kubernetes/client/raw.ts';
import { describeEndpoints } from '../../../../activities/kubernetes/services/endpoints-of.ts';
import { createdPerMinute } from '../../../../activities/kubernetes/services/list-services.ts';
import { serviceRouting } from '../../../../activities/kubernetes/services/routing.ts';
import { rawPod } from '../objects.ts';

const service = (name: string, spec: RawService['spec'], labels?: Record<string, string>): RawService => ({
  metadata: { name, namespace: 'payments', uid: name, ...(labels && { labels }) },
  spec: { clusterIPs: ['10.96.0.9'], ports: [{ name: 'sql', port: 5432, targetPort: 5432 }], ...spec },
});
const slice = (name: string, endpoints: RawEndpointSlice['endpoints'], port = 5432): RawEndpointSlice => ({
  addressType: 'IPv4',
  metadata: { name: `${name}-1`, namespace: 'payments', labels: { 'kubernetes.io/service-name': name } },
  ports: [{ name: 'sql', port, protocol: 'TCP' }],
  endpoints,
});
const endpoint = (address: string, conditions = {}, pod = `pod-${address}`) => ({
  addresses: [address],
  conditions,
  nodeName: 'worker-1',
  targetRef: { kind: 'Pod', name: pod, uid: pod },
});

test('every port with its endpoints; ready left out means ready', () => {
  const [port] = serviceRouting(
    [service('db', {})],
    [slice('db', [endpoint('10.1.1.1'), endpoint('10.1.1.2', { ready: false })])],
  );
  expect(port).toMatchObject({
    service: 'db',
    portName: 'sql',
    protocol: 'TCP',
    port: 5432,
    clusterIPs: ['10.96.0.9'],
    endpoints: [{ address: '10.1.1.1', port: 5432, node: 'worker-1' }],
  });
});

test('when none is ready, those that still serve while they terminate are used', () => {
  const going = endpoint('10.1.1.1', { ready: false, serving: true, terminating: true });
  const dead = endpoint('10.1.1.2', { ready: false, serving: false, terminating: true });
  expect(
    serviceRouting([service('db', {})], [slice('db', [going, dead])])[0]?.endpoints.map((e) => e.address),
  ).toEqual(['10.1.1.1']);
  const both = [going, endpoint('10.1.1.3', { ready: true })];
  expect(
    serviceRouting([service('db', {})], [slice('db', both)])[0]?.endpoints.map((e) => e.address),
  ).toEqual(['10.1.1.3']);
});

test('what kube-proxy does not route is left out; a Service without endpoints is not', () => {
  const ports = serviceRouting(
    [
      service('headless', { clusterIPs: ['None'], clusterIP: 'None' }),
      service('external', { type: 'ExternalName', clusterIPs: undefined, externalName: 'db.example' }),
      service('other', {}, { 'service.kubernetes.io/service-proxy-name': 'cilium' }),
      service('empty', {}),
    ],
    [],
  );
  expect(ports.map((p) => [p.service, p.endpoints])).toEqual([['empty', []]]);
});

const pod = (uid: string, podIP: string, ready = true): RawPod =>
  rawPod({ metadata: { name: uid, uid, labels: { app: 'db' } }, status: { podIP }, ready });
const selecting = service('db', { selector: { app: 'db' } });

test.each<[string, RawEndpointSlice[], RawPod[], RegExp[]]>([
  ['all agree', [slice('db', [endpoint('10.1.1.1', { ready: true }, 'a')])], [pod('a', '10.1.1.1')], []],
  [
    'an endpoint whose pod is gone',
    [slice('db', [endpoint('10.1.1.1', { ready: true }, 'a')])],
    [],
    [/no pod matches/, /10.1.1.1 belongs to pod a, which is gone/],
  ],
  [
    'a ready pod that is no endpoint',
    [slice('db', [])],
    [pod('a', '10.1.1.1')],
    [/a is ready and matches the selector, but is no endpoint/, /port sql\/TCP has no ready endpoint/],
  ],
  [
    'an endpoint of an old address',
    [slice('db', [endpoint('10.1.1.1', { ready: true }, 'a')])],
    [pod('a', '10.1.1.9')],
    [/10.1.1.1 belongs to pod a, whose address is 10.1.1.9/],
  ],
  [
    'an endpoint said to be ready whose pod is not',
    [slice('db', [endpoint('10.1.1.1', { ready: true }, 'a')])],
    [pod('a', '10.1.1.1', false)],
    [/is ready, but its pod a is not/],
  ],
])('%s', (_, slices, pods, said) => {
  expect(describeEndpoints({ service: selecting, slices, pods }).mismatches).toEqual(
    said.map((s) => expect.stringMatching(s)),
  );
});

test('when the number of Services grew, by minute and namespace', () => {
  const made = (created: string, namespace = 'onboarding') => ({ created, namespace });
  expect(
    createdPerMinute([
      made('2026-11-21T02:41:59Z'),
      made('2026-11-21T02:41:01Z'),
      made('2026-11-21T02:42:00Z'),
      made('2026-11-20T00:00:00Z', 'default'),
    ]),
  ).toEqual([
    { minute: '2026-11-20T00:00:00Z', namespace: 'default', count: 1 },
    { minute: '2026-11-21T02:41:00Z', namespace: 'onboarding', count: 2 },
    { minute: '2026-11-21T02:42:00Z', namespace: 'onboarding', count: 1 },
  ]);
});
