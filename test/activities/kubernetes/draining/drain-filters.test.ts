import { expect, test } from '@jest/globals';
import { bindingBudgets } from '../../../../activities/kubernetes/draining/budgets.ts';
import { filterPods } from '../../../../activities/kubernetes/draining/drain-filters.ts';
import { probePod } from '../../../../activities/kubernetes/probing/probe-pod.ts';
import { rawPod, type PodSketch } from '../objects.ts';

const ownedBy = (kind: string, more: PodSketch['metadata'] = {}): PodSketch => ({
  metadata: {
    labels: { app: 'api' },
    ownerReferences: [{ apiVersion: 'apps/v1', kind, name: 'o', uid: 'o', controller: true }],
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
  expect(filterPods([rawPod(sketch)], { ...allowances, gone: new Set() })).toMatchObject([
    { verdict, why: expect.stringMatching(why) },
  ]);
});

/** Its DaemonSet is gone. */
const orphan = (sketch: PodSketch, allowances = NONE) =>
  filterPods([rawPod(sketch)], { ...allowances, gone: new Set(['payments/o']) })[0];

test('a pod whose DaemonSet is gone is refused in the words of kubectl, and with force evicted for good', () => {
  expect(orphan(ownedBy('DaemonSet'))).toMatchObject({
    verdict: 'refuse',
    why: expect.stringMatching(/DaemonSet o is gone.*force evicts/),
    kubectl: 'cannot delete daemonsets.apps "o" not found',
    allowedBy: 'force',
  });
  expect(orphan(ownedBy('DaemonSet'), ALL)).toMatchObject({
    verdict: 'evict',
    why: 'its DaemonSet o is gone: nothing makes it again',
    forGood: true,
  });
});

test('the filters after that one speak of such a pod too', () => {
  const force = { ...NONE, force: true };
  expect(orphan({ ...ownedBy('DaemonSet'), ...emptyDir }, force)).toMatchObject({
    verdict: 'refuse',
    allowedBy: 'deleteEmptyDirData',
  });
  expect(orphan({ ...ownedBy('DaemonSet'), ...emptyDir }, ALL)).toMatchObject({
    verdict: 'evict',
    why: 'its DaemonSet o is gone: nothing makes it again; what it keeps in an emptyDir is lost',
  });
});

const probe = probePod({
  operation: 'test/run-1/0/change-0',
  node: 'worker-1',
  command: ['true'],
  seconds: 5,
  settings: {
    namespace: 'probes',
    image: 'busybox:1',
    debugImage: 'debug:1',
    imagePullPolicy: 'Never',
    command: [],
  },
}) as PodSketch;

test('a probe pod of nightshift stops no drain; the label alone saves no other pod', () => {
  const filtered = (sketch: PodSketch) =>
    filterPods([rawPod(sketch)], { ...NONE, gone: new Set() })[0]!.verdict;
  expect(filtered(probe)).toBe('ignore');
  const labels = probe.metadata!.labels!;
  expect(filtered({ metadata: { labels } })).toBe('refuse');
  expect(filtered(ownedBy('ReplicaSet', { labels }))).toBe('evict');
});

test('a DaemonSet of another API does not keep its pods on the node', () => {
  const kruise = { apiVersion: 'apps.kruise.io/v1alpha1', kind: 'DaemonSet', name: 'o', uid: 'o' };
  const pod = { metadata: { ownerReferences: [{ ...kruise, controller: true }] } };
  expect(orphan(pod)).toEqual({ pod: rawPod(pod), verdict: 'evict', why: '' });
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
