import { expect, test } from '@jest/globals';
import type { Disrupted } from '../../../activities/kubernetes/contract.ts';
import type { Share } from '../../../activities/kit/index.ts';
import { judgeBudget } from '../../../worker/activities/budget-rule.ts';

const ana = { what: 'n3', why: 'cordoned by ana', operation: null };
const seen = (different: Partial<Disrupted> = {}): Disrupted => ({
  budget: 'b',
  name: 'zone b',
  things: 'nodes',
  wanted: 5,
  takes: 1,
  away: 0,
  who: [],
  noRoom: [],
  ...different,
});
const judge = (maxAway: Share, different?: Partial<Disrupted>, oneByOne = false) =>
  judgeBudget({ name: 'zones', maxAway }, seen(different), { oneByOne });

test('the person reads what it takes, of how many, and what others took', () => {
  expect(judge(2, { away: 1, who: [ana] })).toEqual({
    place: 'zones: zone b',
    verdict: 'room',
    text: 'disruption budget "zones": takes 1 of 2 that may be away of the 5 nodes of zone b; away already: n3 (cordoned by ana)',
  });
  expect(judge(1)?.text).toMatch(/; no other is away$/);
});

const verdicts: [string, Share, Partial<Disrupted>, boolean, string][] = [
  ['the last place', 2, { away: 1 }, false, 'room'],
  ['no place left', 1, { away: 1 }, false, 'full'],
  ['more are away than may be', 1, { away: 3 }, false, 'full'],
  ['a share, rounded down', '50%', { away: 2 }, false, 'full'],
  ['a small share is one at least', '10%', {}, false, 'room'],
  ['none may ever', 0, {}, false, 'never'],
  ['more at once than may be away', 1, { things: 'pods', takes: 2 }, false, 'never'],
  ['the same, one after the other', 1, { things: 'pods', takes: 2 }, true, 'room'],
  ['one after the other, and none may be away now', 1, { things: 'pods', takes: 2, away: 1 }, true, 'full'],
  ['a PodDisruptionBudget without room', 3, { things: 'pods', noRoom: ['PDB'] }, false, 'full'],
];
for (const [what, maxAway, different, oneByOne, verdict] of verdicts)
  test(`${what}: ${verdict}`, () => expect(judge(maxAway, different, oneByOne)?.verdict).toBe(verdict));

test('what serves nobody takes no place', () => {
  expect(judge(0, { things: 'pods', takes: 0, away: 4 })).toBeUndefined();
});

test('a PodDisruptionBudget without room is named, and many names are cut', () => {
  const who = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((what) => ({ ...ana, what }));
  const text = judge(9, { away: 7, who, noRoom: ['PodDisruptionBudget shop/api has no room (…)'] })?.text;
  expect(text).toMatch(/e \(cordoned by ana\) and 2 more; PodDisruptionBudget shop\/api has no room \(…\)$/);
});
