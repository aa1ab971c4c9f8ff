import { expect, test } from '@jest/globals';
import type { DrainPreview } from '../../../activities/kubernetes/contract.ts';
import { movedWorkloads, obstacleTo } from '../../../runbooks/analysis/can-be-emptied.ts';

const preview = (different: Partial<DrainPreview> = {}): DrainPreview => ({
  node: 'n1',
  uid: 'n1',
  evict: [],
  ignored: [],
  refused: [],
  budgets: [],
  noRoom: [],
  ...different,
});
const budget = (never: boolean) => ({
  namespace: 'shop',
  name: 'web',
  allowed: 0,
  pods: 2,
  never,
  because: '2 of 2 are healthy',
});
const bare = { namespace: 'shop', name: 'cache', uid: 'c', why: 'it declares no controller' };

test('an empty node, a budget that makes it wait, a place that is missing: no obstacles', () => {
  expect(obstacleTo([preview(), preview({ budgets: [budget(false)], noRoom: ['shop/a'] })])).toBeUndefined();
});

test('everything that stands against it is named, node by node', () => {
  expect(
    obstacleTo([
      preview({ refused: [bare] }),
      preview({ node: 'n2' }),
      preview({ node: 'n3', budgets: [budget(true)] }),
    ]),
  ).toEqual({
    reason: 'n1, n3 cannot be emptied: 2 things stand against it.',
    evidence: [
      'n1: shop/cache, it declares no controller',
      'n3: PodDisruptionBudget shop/web (2 of 2 are healthy)',
    ],
  });
});

test('two pods of one Deployment are one rollout to wait for; a Job and a bare pod are none', () => {
  const pod = (name: string, kind?: string) => ({
    namespace: 'shop',
    name,
    uid: name,
    workload: kind ? { kind, name: 'w', uid: 'w' } : null,
  });
  expect(
    movedWorkloads(
      preview({ evict: [pod('a', 'Deployment'), pod('b', 'Deployment'), pod('c', 'Job'), pod('d')] }),
    ),
  ).toEqual([{ namespace: 'shop', kind: 'Deployment', name: 'w' }]);
});
