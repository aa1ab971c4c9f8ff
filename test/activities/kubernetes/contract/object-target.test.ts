import { expect, test } from '@jest/globals';
import { kubernetes } from '../../../../activities/kubernetes/contract.ts';
import { NAMED_KINDS, objectTarget } from '../../../../activities/kubernetes/contract/object-target.ts';

const shop = { namespace: 'shop', name: 'api' };
const object = (group: string, resource: string, at: { namespace?: string; name: string } = shop) => ({
  group,
  resource,
  ...at,
});

test.each([
  [kubernetes.cordonNode({ node: 'w3' }), object('', 'nodes', { name: 'w3' })],
  [kubernetes.deletePod({ pod: shop }), object('', 'pods')],
  [kubernetes.scale({ ...shop, replicas: 2 }), object('apps', 'deployments')],
  [kubernetes.scale({ ...shop, kind: 'StatefulSet', replicas: 2 }), object('apps', 'statefulsets')],
  [kubernetes.scale({ ...shop, kind: 'ReplicaSet', replicas: 2 }), object('apps', 'replicasets')],
  [kubernetes.rolloutPause({ namespace: 'shop', deployment: 'api' }), object('apps', 'deployments')],
  [
    kubernetes.deleteApiService({ name: 'v1.a.example.com', uid: 'u' }),
    object('apiregistration.k8s.io', 'apiservices', { name: 'v1.a.example.com' }),
  ],
  [
    kubernetes.removeFinalizer({
      object: { ...object('batch', 'cronjobs'), ...shop, uid: 'u' },
      finalizer: 'example.com/x',
    }),
    object('batch', 'cronjobs'),
  ],
])('$summary, and a patch of the same object, exclude each other', (change, same) => {
  for (const other of [
    kubernetes.patchObject({ object: same, patch: { spec: {} } }),
    kubernetes.applyObject({ object: same, manifest: { spec: {} } }),
    kubernetes.deleteObject({ object: same }),
  ])
    expect(other.target).toBe(change.target);
});

/** Every field that a target is made of. */
const anyInput = {
  ...shop,
  node: 'w3',
  pod: shop,
  deployment: 'api',
  service: 'api',
  configMap: 'api',
  kind: 'StatefulSet',
  object: object('', 'pods'),
};

test('every change names its object by a kind that a patch knows too', () => {
  const kinds = Object.values(kubernetes).flatMap(({ contract }) =>
    contract.effect === 'change' ? [contract.target(anyInput as never).split('/')[0]] : [],
  );
  expect(kinds.length).toBeGreaterThan(20);
  expect(Object.keys(NAMED_KINDS)).toEqual(expect.arrayContaining(kinds));
});

test('a kind of the same name in another API group is another kind', () => {
  expect(objectTarget(object('example.com', 'nodes', { name: 'w3' }))).toBe('nodes.example.com/w3');
  expect(objectTarget(object('', 'secrets'))).toBe('secrets/shop/api');
});
