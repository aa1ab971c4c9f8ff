import { expect, test } from '@jest/globals';
import { summariseAlone } from '../../../../activities/kubernetes/pods/read-pods.ts';
import { labelSelectorMatches } from '../../../../activities/kubernetes/removal/label-selector.ts';
import { podWarnings } from '../../../../activities/kubernetes/removal/pod-warnings.ts';
import { rawNode, rawPod } from '../objects.ts';

const warnings = (
  sketch: Parameters<typeof rawPod>[0],
  seen: Partial<Parameters<typeof podWarnings>[0]> = {},
) => {
  const pod = rawPod(sketch);
  return podWarnings({
    pod,
    summary: summariseAlone(pod),
    nodes: [rawNode('worker-1')],
    room: [rawNode('w2')],
    budgets: [],
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
