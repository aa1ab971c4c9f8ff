import { expect, test } from '@jest/globals';
import { summariseAlone } from '../../../../activities/kubernetes/pods/read-pods.ts';
import {
  budgetsAsked,
  budgetsPassedOver,
} from '../../../../activities/kubernetes/removal/budget-warnings.ts';
import { labelSelectorMatches } from '../../../../activities/kubernetes/removal/label-selector.ts';
import { podWarnings } from '../../../../activities/kubernetes/removal/pod-warnings.ts';
import { rawNode, rawPod } from '../objects.ts';

const warnings = (
  sketch: Parameters<typeof rawPod>[0],
  {
    budgets = [],
    ...seen
  }: Partial<Parameters<typeof podWarnings>[0]> & {
    budgets?: Parameters<typeof budgetsPassedOver>[0]['budgets'];
  } = {},
) => {
  const pod = rawPod(sketch);
  const summary = summariseAlone(pod);
  return podWarnings({
    pod,
    summary,
    nodes: [rawNode('worker-1')],
    room: [rawNode('w2')],
    ofBudgets: budgetsPassedOver({ pod, summary, budgets }),
    ...seen,
  });
};
const ownedBy = (kind: string) => ({
  metadata: {
    labels: { app: 'api' },
    ownerReferences: [{ apiVersion: 'x', kind, name: 'o', uid: 'o', controller: true }],
  },
});
const budget = (disruptionsAllowed: number) => [
  {
    metadata: { name: 'api' },
    spec: { selector: { matchLabels: { app: 'api' } } },
    status: { disruptionsAllowed } as never,
  },
];

test.each<[string, string[], RegExp[]]>([
  ['one of a ReplicaSet, room elsewhere', warnings(ownedBy('ReplicaSet')), [/has room on w2/]],
  ['no room anywhere', warnings(ownedBy('ReplicaSet'), { room: [] }), [/No node has room/]],
  [
    'it could not be looked at',
    warnings(ownedBy('ReplicaSet'), { room: undefined }),
    [/could not be looked at/],
  ],
  ['a bare pod', warnings({}), [/no controller/]],
  ['of a DaemonSet', warnings(ownedBy('DaemonSet')), [/same node worker-1/]],
  [
    'its node does not report',
    warnings(ownedBy('ReplicaSet'), { nodes: [rawNode('worker-1', { ready: false })] }),
    [/stays Terminating/, /room on/],
  ],
  [
    'a budget that is used up',
    warnings(ownedBy('ReplicaSet'), { budgets: budget(0) }),
    [/PodDisruptionBudget api allows no disruption/, /room on/],
  ],
  ['a budget with something left', warnings(ownedBy('ReplicaSet'), { budgets: budget(1) }), [/room on/]],
  [
    'a sick pod costs its budget nothing',
    warnings({ ...ownedBy('ReplicaSet'), ready: false }, { budgets: budget(0) }),
    [/room on/],
  ],
  [
    'with an emptyDir',
    warnings({ ...ownedBy('ReplicaSet'), spec: { volumes: [{ name: 'v', emptyDir: {} }] } }),
    [/emptyDir is lost/, /room on/],
  ],
])('%s', (_, said, expected) => {
  expect(said).toEqual(expected.map((e) => expect.stringMatching(e)));
});

/** Of so many pods so many have to stay. */
const keeping = (desiredHealthy: number, expectedPods: number, name = 'api') => ({
  metadata: { name, namespace: 'payments' },
  spec: { selector: { matchLabels: { app: 'api' } } },
  status: { desiredHealthy, expectedPods, currentHealthy: expectedPods } as never,
});
const asked = (
  sketch: Parameters<typeof rawPod>[0],
  budgets: Parameters<typeof budgetsAsked>[0]['budgets'],
) =>
  budgetsAsked({
    pod: rawPod({ metadata: { labels: { app: 'api' } }, ...sketch }),
    budgets,
    withinSeconds: 240,
  });

test('an eviction asks its budget, also for a pod that is not ready; what does not run yet or any more needs none', () => {
  const covers = [
    'PodDisruptionBudget payments/api covers it: it is asked until it lets the pod go, for 240 s at most',
  ];
  expect(asked({}, [keeping(1, 2)])).toEqual(covers);
  expect(asked({ ready: false }, [keeping(1, 2)])).toEqual(covers);
  expect(asked({}, [keeping(2, 2)])).toEqual([
    'PodDisruptionBudget payments/api covers it, and it never lets one go',
  ]);
  expect(asked({}, undefined)).toEqual([expect.stringMatching(/could not be looked at/)]);
  for (const phase of ['Pending', 'Succeeded', 'Failed'])
    expect(asked({ status: { phase } }, [keeping(2, 2)])).toEqual([]);
});

test.each<[object | undefined, Record<string, string>, boolean]>([
  [undefined, { app: 'x' }, false],
  [{}, { app: 'x' }, true],
  [{ matchLabels: { app: 'x' } }, { app: 'x', tier: 'y' }, true],
  [
    { matchLabels: { app: 'x' }, matchExpressions: [{ key: 'tier', operator: 'In', values: ['a'] }] },
    { app: 'x', tier: 'b' },
    false,
  ],
  [{ matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['a'] }] }, {}, true],
  [{ matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, { tier: '' }, false],
])('the selector %j on %j', (selector, labels, matches) => {
  expect(labelSelectorMatches(selector as never, labels)).toBe(matches);
});
