import { expect, test } from '@jest/globals';
import type { Pod } from '../../../activities/kubernetes/contract.ts';
import { outlives } from '../../../runbooks/analysis/outlives.ts';
import { pod, sick } from '../pod.ts';

const now = new Date('2026-11-21T02:47:00Z');
const up = (name: string, seconds: number): Pod => {
  const made = pod(name);
  const startedAt = new Date(now.getTime() - seconds * 1_000).toISOString();
  return { ...made, containers: made.containers.map((c) => ({ ...c, startedAt })) };
};
const after = (pods: readonly Pod[], seconds: number) => outlives(pods, { container: 'main', seconds, now });

test.each([
  ['older than the last life', [up('a', 40), up('b', 36)], 30, 'pass', /36 s and more/],
  ['one is too young', [up('a', 40), up('b', 20)], 30, 'fail', /20 s, 35 s are wanted/],
  ['nobody waits for hours', [up('a', 121)], 7_200, 'pass', /121 s/],
  ['one crashed again', [up('a', 40), sick('b')], 30, 'fail', /b: sick/],
  ['one has no start to count from', [pod('a')], 0, 'fail', /up for 0 s/],
  ['none is left', [pod('a', { condition: 'terminating' })], 0, 'unknown', /no pod/],
] as const)('%s', (_, pods, seconds, verdict, reason) => {
  expect(after(pods, seconds)).toEqual({ verdict, reason: expect.stringMatching(reason) });
});
