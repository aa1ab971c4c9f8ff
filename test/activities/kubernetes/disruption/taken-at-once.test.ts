import { expect, test } from '@jest/globals';
import {
  takenByDaemonSet,
  takenByDeployment,
  takenByStatefulSet,
} from '../../../../activities/kubernetes/disruption/taken-at-once.ts';

type Rolling = { maxUnavailable?: number | string; maxSurge?: number | string };
const deployment = (replicas: number, rollingUpdate?: Rolling) =>
  takenByDeployment({ spec: { replicas, strategy: { ...(rollingUpdate && { rollingUpdate }) } } as never });
const statefulSet = (replicas: number, rollingUpdate?: Rolling, type = 'RollingUpdate') =>
  takenByStatefulSet({
    spec: { replicas, updateStrategy: { type, ...(rollingUpdate && { rollingUpdate }) } } as never,
  });
const daemonSet = (pods: number, rollingUpdate?: Rolling, type = 'RollingUpdate') =>
  takenByDaemonSet({
    spec: { updateStrategy: { type, ...(rollingUpdate && { rollingUpdate }) } } as never,
    status: { desiredNumberScheduled: pods } as never,
  });

test('a Deployment takes a quarter, rounded down, unless it says otherwise', () => {
  expect([3, 4, 9].map((replicas) => deployment(replicas))).toEqual([0, 1, 2]);
  expect(deployment(9, { maxUnavailable: 4 })).toBe(4);
  expect(deployment(1, { maxUnavailable: 4 })).toBe(1);
});

test('without surge it takes one at least', () => {
  expect(deployment(3, { maxUnavailable: '25%', maxSurge: 0 })).toBe(1);
  expect(deployment(3, { maxUnavailable: '25%', maxSurge: '1%' })).toBe(0);
});

test('a StatefulSet takes one, a DaemonSet rounds up, and OnDelete takes none', () => {
  expect([
    statefulSet(3),
    statefulSet(3, { maxUnavailable: '10%' }),
    statefulSet(9, { maxUnavailable: '25%' }),
  ]).toEqual([1, 1, 2]);
  expect([daemonSet(5), daemonSet(5, { maxUnavailable: '25%' }), daemonSet(0)]).toEqual([1, 2, 0]);
  expect([statefulSet(3, {}, 'OnDelete'), daemonSet(3, {}, 'OnDelete')]).toEqual([0, 0]);
});
