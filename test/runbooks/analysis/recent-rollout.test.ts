import { expect, test } from '@jest/globals';
import type { Revision } from '../../../activities/kubernetes/contract.ts';
import { recentRollout } from '../../../runbooks/analysis/recent-rollout.ts';

const revision = (number: number, created: string, more: Partial<Revision> = {}): Revision => ({
  revision: number,
  name: `shop-${number}`,
  uid: `rs-${number}`,
  templateHash: `hash-${number}`,
  created,
  changeCause: null,
  images: ['shop:1'],
  replicas: 1,
  ready: 1,
  current: false,
  ...more,
});
const history = (...revisions: Revision[]) => ({ workload: { name: 'shop' }, paused: false, revisions });
const SINCE = '2026-11-21T02:46:00Z';

test('a revision made two minutes before, and the one to go back to', () => {
  const rollout = recentRollout(
    history(
      revision(1, '2026-11-01T00:00:00Z'),
      revision(2, '2026-11-02T00:00:00Z'),
      revision(3, '2026-11-21T02:44:00Z', { current: true, changeCause: 'faster checkout' }),
    ),
    SINCE,
  );
  expect(rollout).toMatchObject({
    revision: 3,
    secondsBefore: 120,
    previous: { revision: 2, templateHash: 'hash-2' },
  });
  expect(rollout?.words).toMatch(/revision 3 of shop \(faster checkout\) was made 120 s before/);
});

test.each([
  ['an old revision', '2026-11-20T00:00:00Z'],
  ['a revision made after the first crash', '2026-11-21T02:47:00Z'],
])('%s is no trigger', (_, created) => {
  expect(
    recentRollout(
      history(revision(1, '2026-11-01T00:00:00Z'), revision(2, created, { current: true })),
      SINCE,
    ),
  ).toBeUndefined();
});

test('a first revision has nothing to go back to', () => {
  expect(
    recentRollout(history(revision(1, '2026-11-21T02:45:00Z', { current: true })), SINCE)?.previous,
  ).toBeUndefined();
});

test('after a roll-back the present revision is not the newest by creation', () => {
  const rollout = recentRollout(
    history(revision(2, '2026-11-21T02:45:00Z'), revision(3, '2026-11-01T00:00:00Z', { current: true })),
    SINCE,
  );
  expect(rollout).toBeUndefined();
});

test('without a start there is no before', () => {
  expect(recentRollout(history(revision(1, SINCE, { current: true })), undefined)).toBeUndefined();
});
