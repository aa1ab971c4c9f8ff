import { expect, test } from '@jest/globals';
import { judgeReadiness } from '../../../../activities/kubernetes/pods/pods-ready.ts';
import { summariseAlone } from '../../../../activities/kubernetes/pods/read-pods.ts';
import type { Pod } from '../../../../activities/kubernetes/contract.ts';
import { ago, NOW, rawPod } from '../objects.ts';

const pod = (sketch: Partial<Pod>): Pod => ({ ...summariseAlone(rawPod()), condition: 'healthy', ...sketch });
const rule = { atLeast: 2, excludeNodes: ['worker-3'], readyFor: 0, now: NOW };

test.each<[string, Pod[], Partial<typeof rule>, string, RegExp]>([
  ['all ready', [pod({}), pod({ name: 'b' })], {}, 'pass', /all 2 pods are ready/],
  ['no pods at all are no pass', [], {}, 'fail', /0 pods, 2 are wanted/],
  [
    'one fewer than wanted, because its successor was not made yet',
    [pod({})],
    {},
    'fail',
    /1 pods, 2 are wanted/,
  ],
  [
    'one of three is sick',
    [pod({}), pod({}), pod({ name: 'x', condition: 'sick', because: 'CrashLoopBackOff' })],
    {},
    'fail',
    /1 of 3 pods are not ready \(x: CrashLoopBackOff\)/,
  ],
  [
    'ready ones on the excluded node',
    [pod({}), pod({ name: 'y', node: 'worker-3' })],
    {},
    'fail',
    /1 pods are on an excluded node \(y on worker-3\)/,
  ],
  [
    'an old one on the excluded node is going',
    [pod({}), pod({}), pod({ node: 'worker-3', condition: 'terminating' })],
    {},
    'pass',
    /all 2/,
  ],
  [
    'evicted ones do not count for or against',
    [pod({}), pod({}), pod({ condition: 'finished' })],
    {},
    'pass',
    /all 2/,
  ],
  [
    'evicted ones do not make up the number',
    [pod({}), pod({ condition: 'finished' })],
    {},
    'fail',
    /1 pods, 2 are wanted/,
  ],
  [
    'ready for too short a time',
    [pod({}), pod({ name: 'z', readySince: ago(5) })],
    { readyFor: 10 },
    'fail',
    /z: ready for less than 10 s/,
  ],
])('%s', (_, pods, changed, verdict, reason) => {
  const found = judgeReadiness(pods, { ...rule, ...changed });
  expect([found.verdict, found.reason]).toEqual([verdict, expect.stringMatching(reason)]);
});
