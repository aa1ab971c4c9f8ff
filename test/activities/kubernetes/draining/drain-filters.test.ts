import { expect, test } from '@jest/globals';
import { bindingBudgets } from '../../../../activities/kubernetes/draining/budgets.ts';
import { filterPods } from '../../../../activities/kubernetes/draining/drain-filters.ts';
import { rawPod, type PodSketch } from '../objects.ts';

const ownedBy = (kind: string, more: PodSketch['metadata'] = {}): PodSketch => ({
  metadata: {
    labels: { app: 'api' },
    ownerReferences: [{ apiVersion: 'x', kind, name: 'o', uid: 'o', controller: true }],
    ...more,
  },
});
const emptyDir = { spec: { volumes: [{ name: 'd', emptyDir: {} }] } };
const finished = { status: { phase: 'Succeeded' } };
const NONE = { deleteEmptyDirData: false, force: false };
const ALL = { deleteEmptyDirData: true, force: true };

test.each<[string, PodSketch, typeof NONE, string, RegExp]>([
  ['one of a ReplicaSet', ownedBy('ReplicaSet'), NONE, 'evict', /^$/],
  ['one of a DaemonSet', ownedBy('DaemonSet'), ALL, 'ignore', /DaemonSet o keeps it/],
  ['of a DaemonSet and finished', { ...ownedBy('DaemonSet'), ...finished }, NONE, 'evict', /^$/],
  [
    'a mirror of a static pod',
    ownedBy('Node', { annotations: { 'kubernetes.io/config.mirror': 'x' } }),
    ALL,
    'ignore',
    /static pod/,
  ],
  [
    'with an emptyDir',
    { ...ownedBy('ReplicaSet'), ...emptyDir },
    NONE,
    'refuse',
    /emptyDir.*deleteEmptyDirData allows/,
  ],
  ['with an emptyDir that may go', { ...ownedBy('ReplicaSet'), ...emptyDir }, ALL, 'evict', /is lost/],
  [
    'with an emptyDir and of a DaemonSet: the earlier filter speaks',
    { ...ownedBy('DaemonSet'), ...emptyDir },
    NONE,
    'ignore',
    /keeps it/,
  ],
  ['without a controller', {}, NONE, 'refuse', /no controller.*force evicts/],
  ['without a controller, forced', {}, ALL, 'evict', /nothing makes it again/],
  ['without a controller and finished', finished, NONE, 'evict', /^$/],
])('%s', (_, sketch, allowances, verdict, why) => {
  expect(filterPods([rawPod(sketch)], allowances)).toMatchObject([
    { verdict, why: expect.stringMatching(why) },
  ]);
});

test.each([
  ['one may go', { disruptionsAllowed: 1, currentHealthy: 3, desiredHealthy: 2, expectedPods: 3 }, false],
  [
    'none now, later one',
    { disruptionsAllowed: 0, currentHealthy: 2, desiredHealthy: 2, expectedPods: 3 },
    false,
  ],
  ['never one', { disruptionsAllowed: 0, currentHealthy: 3, desiredHealthy: 3, expectedPods: 3 }, true],
  [
    'a status that nobody has written',
    { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
    false,
  ],
])('a budget of which %s', (_, status, never) => {
  const budget = {
    metadata: { name: 'api', namespace: 'payments' },
    spec: { selector: { matchLabels: { app: 'api' } } },
    status,
  };
  const elsewhere = { ...budget, metadata: { name: 'api', namespace: 'other' } };
  expect(bindingBudgets([rawPod(ownedBy('ReplicaSet'))], [budget, elsewhere])).toMatchObject([
    { namespace: 'payments', name: 'api', pods: 1, never },
  ]);
});
