import { expect, test } from '@jest/globals';
import type { ObservedChange } from '../../../activities/kubernetes/contract.ts';
import { likelyTrigger } from '../../../runbooks/analysis/likely-trigger.ts';

const at = (minute: number, second = 0) => new Date(Date.UTC(2026, 10, 21, 2, minute, second)).toISOString();
const change = (
  minute: number,
  kind: ObservedChange['kind'],
  more: Partial<ObservedChange> = {},
): ObservedChange => ({
  at: at(minute),
  kind,
  object: `x/${kind}`,
  summary: `${kind} at ${minute}`,
  count: 1,
  ...more,
});
const kinds = (changes: ObservedChange[], since?: string) =>
  likelyTrigger(changes, since).candidates.map((c) => c.change.kind);

test('the nearest before comes first', () => {
  expect(kinds([change(40, 'service'), change(45, 'rollout'), change(43, 'config-map')], at(46))).toEqual([
    'rollout',
    'config-map',
    'service',
  ]);
});

test('what came after did not start it', () => {
  const trigger = likelyTrigger([change(45, 'rollout'), change(47, 'scaling')], at(46));
  expect(trigger.candidates.map((c) => c.change.kind)).toEqual(['rollout']);
  expect(trigger.later).toBe(1);
});

test('symptoms are no causes', () => {
  const trigger = likelyTrigger(
    [change(45, 'back-off'), change(45, 'out-of-memory'), change(45, 'eviction')],
    at(46),
  );
  expect(trigger.candidates).toEqual([]);
  expect(trigger.symptoms).toBe(3);
  expect(trigger.summary).toMatch(/Nothing that was looked at changed/);
});

test('a series counts from its last member before the start', () => {
  const { candidates } = likelyTrigger(
    [change(41, 'service', { until: at(50), count: 400 }), change(45, 'rollout')],
    at(46),
  );
  expect(candidates[0]).toMatchObject({ change: { kind: 'service' }, secondsBefore: 0 });
  expect(candidates[1]).toMatchObject({ change: { kind: 'rollout' }, secondsBefore: 60 });
});

test('without a start nothing is called just before', () => {
  expect(likelyTrigger([change(45, 'rollout')], undefined).summary).toMatch(/not known/);
});

test('nothing changed', () => {
  expect(likelyTrigger([], at(46)).candidates).toEqual([]);
});
