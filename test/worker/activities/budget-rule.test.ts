import { describe, expect, test } from '@jest/globals';
import { judgeBudget, type NodeFacts } from '../../../worker/activities/budget-rule.ts';

const up = (name: string): NodeFacts => ({ name, ready: 'True', unschedulable: false, cordonedBy: null });
const cordoned = (name: string): NodeFacts => ({
  ...up(name),
  unschedulable: true,
  cordonedBy: 'kubectl-cordon',
});
const down = (name: string): NodeFacts => ({ ...up(name), ready: 'False' });
const silent = (name: string): NodeFacts => ({ ...up(name), ready: 'Unknown' });

describe('may one more node be away?', () => {
  test.each([
    ['none is', 1, [up('a'), up('b'), up('c')], true, '1 of 3 nodes may be away; no other is'],
    [
      'somebody cordoned one',
      1,
      [up('a'), cordoned('b'), up('c')],
      false,
      '1 is: b (cordoned by kubectl-cordon)',
    ],
    ['one is not Ready', 1, [up('a'), down('b'), up('c')], false, '1 is: b (not Ready)'],
    ['one does not report', 1, [up('a'), silent('b'), up('c')], false, '1 is: b (does not report)'],
    ['the node itself is cordoned already', 1, [cordoned('a'), up('b')], true, 'no other is'],
    ['two may, one is', 2, [up('a'), cordoned('b'), up('c')], true, '2 of 3'],
    ['two may, two are', 2, [up('a'), cordoned('b'), down('c')], false, '2 are: b'],
    ['a share, rounded down', '25%' as const, [up('a'), up('b'), up('c')], false, '0 of 3'],
    ['a share with room', '50%' as const, [up('a'), up('b'), up('c'), cordoned('d')], true, '2 of 4'],
    ['none may ever', 0, [up('a')], false, '0 of 1'],
  ])('%s', (_, maxAway, nodes, within, text) => {
    expect(judgeBudget({ name: 'workers', maxAway }, { nodes, taking: 'a' })).toEqual({
      within,
      text: expect.stringContaining(text),
    });
  });

  test('a node that the budget does not name is none of its concern', () => {
    expect(judgeBudget({ name: 'pool', maxAway: 0 }, { nodes: [up('b')], taking: 'a' })).toBeUndefined();
  });
});
