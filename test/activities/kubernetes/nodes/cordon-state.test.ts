import { expect, test } from '@jest/globals';
import { cordonedByWhom, cordonOf } from '../../../../activities/kubernetes/nodes/cordon-state.ts';
import { CORDONED_BY } from '../../../../activities/kubernetes/contract.ts';
import { rawNode } from '../objects.ts';

const node = (manager: string | undefined, annotation?: string, unschedulable = true) => ({
  ...rawNode('w3', { spec: { unschedulable } }),
  metadata: {
    name: 'w3',
    uid: 'u',
    ...(annotation && { annotations: { [CORDONED_BY]: annotation } }),
    ...(manager && {
      managedFields: [
        { manager, time: '2026-11-21T02:00:00Z', fieldsV1: { 'f:spec': { 'f:unschedulable': {} } } },
      ],
    }),
  },
});

test('ours: the annotation says so and the API server agrees', () => {
  expect(cordonOf(node('nightshift', 'd/w/0/change-0')).cordonedBy).toBe('d/w/0/change-0');
});

test("not ours: our annotation was left behind by somebody's uncordon, and the cordon is the next person's", () => {
  const theirs = node('kubectl-cordon', 'd/w/0/change-0');
  expect(cordonOf(theirs).cordonedBy).toBeNull();
  expect(cordonedByWhom(theirs)).toBe('kubectl-cordon at 2026-11-21T02:00:00Z');
});

test('wanted by somebody else as well: not ours alone, whoever wrote to the node last', () => {
  const both = node('nightshift', 'd/w/0/change-0');
  const [ours] = both.metadata.managedFields!;
  const theirs = { ...ours!, manager: 'argocd-controller', time: '2026-11-21T01:00:00Z' };
  for (const managedFields of [
    [ours!, theirs],
    [theirs, ours!],
  ]) {
    const shared = { ...both, metadata: { ...both.metadata, managedFields } };
    expect(cordonOf(shared).cordonedBy).toBeNull();
    expect(cordonedByWhom(shared)).toBe('argocd-controller at 2026-11-21T01:00:00Z');
  }
});

test('an annotation on a node that takes pods says nothing', () => {
  expect(cordonOf(node(undefined, 'd/w/0/change-0', false))).toMatchObject({
    unschedulable: false,
    cordonedBy: null,
  });
});
