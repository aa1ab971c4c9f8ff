import { expect, test } from '@jest/globals';
import { collectionPath } from '../../lab/control-plane/apply-manifests.ts';
import { matches } from '../../lab/faults/request-match.ts';
import { scrapeTargets } from '../../lab/observability/scrape-targets.ts';
import { healthyManifests } from '../../lab/workloads/workloads.ts';

test('every placeholder of the manifests is filled in', () => {
  expect(JSON.stringify(healthyManifests())).not.toContain('$(');
});

test('the release differs from what runs by its image alone', () => {
  const text = (image: string) =>
    JSON.stringify(healthyManifests({ paymentService: image })).replaceAll(image, 'IMAGE');
  expect(text('registry.local/payment-service:8')).toBe(text('registry.local/payment-service:9'));
});

test.each([
  [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } }, '/api/v1/namespaces'],
  [
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'n', namespace: 'p' } },
    '/api/v1/namespaces/p/services',
  ],
  [
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'n', namespace: 'p' } },
    '/apis/apps/v1/namespaces/p/deployments',
  ],
])('%j is in %s', (manifest, path) => {
  expect(collectionPath(manifest)).toBe(path);
});

test('pods that have an address and a port with a known name are scraped until they are deleted', () => {
  const pod = (over: object = {}) => ({
    metadata: { name: 'users', namespace: 'payments', uid: 'u', labels: { app: 'users' }, ...over },
    spec: { nodeName: 'worker', containers: [{ ports: [{ name: 'metrics', containerPort: 9100 }] }] },
    status: { podIP: '10.244.1.2' },
  });
  expect(scrapeTargets([pod()])).toEqual([
    {
      targets: ['10.244.1.2:9100'],
      labels: { namespace: 'payments', pod: 'users', node: 'worker', app: 'users' },
    },
  ]);
  expect(
    scrapeTargets([pod({ deletionTimestamp: '2026-11-21T02:47:00Z' }), { ...pod(), status: {} }]),
  ).toEqual([]);
});

test('a request matches by method, path with query, and body', () => {
  const request = { method: 'PATCH', path: '/api/v1/nodes/a?fieldManager=x', body: '{"spec":{}}' };
  expect(matches({}, request)).toBe(true);
  expect(matches({ method: 'patch', path: /nodes\/a/, body: /spec/ }, request)).toBe(true);
  expect(matches({ method: 'GET' }, request)).toBe(false);
  expect(matches({ path: /pods/ }, request)).toBe(false);
});
