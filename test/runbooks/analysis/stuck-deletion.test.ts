import { expect, test } from '@jest/globals';
import {
  nameOf,
  obstacleOf,
  waitsFor,
  type DeletionFacts,
} from '../../../runbooks/analysis/stuck-deletion.ts';
import { api, deleted, deletedPod } from '../deletion.ts';

const facts = (
  deletions: Partial<DeletionFacts['deletions']>,
  more: Partial<DeletionFacts> = {},
): DeletionFacts => ({
  deletions: { state: 'active', discoveryFails: false, objects: [], ...deletions },
  apis: [],
  nodes: [
    { name: 'n1', ready: 'True' },
    { name: 'n2', ready: 'Unknown' },
  ],
  afterSeconds: 60,
  ...more,
});
const obstacle = (...o: Parameters<typeof facts>) => obstacleOf(facts(...o));

test('nothing is being deleted; a namespace that is, is not nothing', () => {
  expect(obstacle({})).toEqual({ kind: 'none' });
  expect(obstacle({ state: 'gone' })).toEqual({ kind: 'none' });
  expect(obstacle({ state: 'terminating' })).toEqual({ kind: 'unclear' });
});

test('an API that does not answer comes first, where the namespace says that it cannot look', () => {
  const objects = [deleted('branch', { finalizers: ['example.com/x'] })];
  const apis = [api()];
  expect(obstacle({ state: 'terminating', discoveryFails: true, objects }, { apis })).toMatchObject({
    kind: 'api',
    api: { name: 'v1.example.com' },
  });
  expect(obstacle({ state: 'terminating', objects }, { apis }).kind).toBe('finalizer');
  expect(obstacle({ state: 'terminating', discoveryFails: true, objects }).kind).toBe('finalizer');
});

test('a finalizer, with all the objects that wait for it and no others', () => {
  const objects = [
    deleted('a', { finalizers: ['example.com/x', 'example.com/y'] }),
    deleted('b', { finalizers: ['example.com/y'] }),
    deleted('c', { finalizers: ['example.com/x'] }),
    deleted('young', { finalizers: ['example.com/x'], overdueSeconds: 5 }),
  ];
  expect(obstacle({ objects })).toMatchObject({
    kind: 'finalizer',
    finalizer: 'example.com/x',
    setBy: 'addon',
    objects: [{ name: 'a' }, { name: 'c' }],
  });
  expect(waitsFor(objects[0]!)).toBe('example.com/x (set by addon), example.com/y (set by addon)');
});

test('a pod on a node that does not report waits for its kubelet, whatever its finalizers say', () => {
  const objects = [
    deletedPod('web', { node: 'n1', finalizers: ['example.com/x'] }),
    deletedPod('db', { node: 'n2', finalizers: ['example.com/x'] }),
  ];
  expect(obstacle({ objects })).toMatchObject({ kind: 'node', node: 'n2', objects: [{ name: 'db' }] });
});

test('overdue on a node that reports, with containers that run: its kubelet', () => {
  const found = obstacle({
    objects: [deletedPod('web', { node: 'n1', running: ['app'], finalizers: ['example.com/x'] })],
  });
  expect(found).toMatchObject({ kind: 'kubelet', node: 'n1' });
  expect(nameOf(found)).toBe('the kubelet of n1');
});

test('within a long grace period it is told apart from one that has only just begun', () => {
  const grace = (overdueSeconds: number) => [
    deletedPod('web', { node: 'n1', running: ['app'], graceSeconds: 3_600, overdueSeconds }),
  ];
  expect(obstacle({ objects: grace(-3_000) }).kind).toBe('grace');
  expect(obstacle({ objects: grace(-3_590) }).kind).toBe('unclear');
});
