import { expect, test } from '@jest/globals';
import type { ObjectOf, RawDeployment } from '../../../../activities/kubernetes/client/raw.ts';
import { judgeRollout } from '../../../../activities/kubernetes/workloads/judge-rollout.ts';

type Status = NonNullable<RawDeployment['status']>;
const deployment = (status: Status, spec: { replicas?: number; paused?: boolean } = {}, generation = 2) => ({
  kind: 'Deployment' as const,
  object: {
    metadata: { generation },
    spec: { replicas: 4, selector: {}, template: {}, ...spec },
    status: { observedGeneration: 2, ...status },
  } as RawDeployment,
});
const done = { replicas: 4, updatedReplicas: 4, readyReplicas: 4, availableReplicas: 4 };
const deadline = {
  conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }],
};

test.each([
  ['all updated and available', deployment(done), 'pass', 'complete'],
  [
    'the status is of the spec before: it looks complete and says nothing',
    deployment({ ...done, observedGeneration: 1 }),
    'unknown',
    'not-observed',
  ],
  ['no status yet', deployment({ observedGeneration: undefined }), 'unknown', 'not-observed'],
  ['some not updated', deployment({ ...done, updatedReplicas: 2 }), 'fail', 'progressing'],
  ['old ones remain', deployment({ ...done, replicas: 5 }), 'fail', 'progressing'],
  ['updated, not available', deployment({ ...done, availableReplicas: 3 }), 'fail', 'progressing'],
  [
    'the progress deadline is over',
    deployment({ ...done, updatedReplicas: 2, ...deadline }),
    'fail',
    'failed',
  ],
  ['paused half-way', deployment({ ...done, updatedReplicas: 2 }, { paused: true }), 'fail', 'paused'],
  ['scaled to nothing', deployment({}, { replicas: 0 }), 'pass', 'complete'],
])('a Deployment: %s', (_, workload, verdict, state) => {
  expect(judgeRollout(workload)).toMatchObject({ verdict, state });
});

const statefulSet = (status: object, partition?: number) => ({
  kind: 'StatefulSet' as const,
  object: {
    metadata: { generation: 1 },
    spec: { replicas: 3, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } } },
    status: { observedGeneration: 1, replicas: 3, ...status },
  } as unknown as ObjectOf<'statefulsets'>,
});
test.each([
  [
    'all at the new revision',
    statefulSet({ readyReplicas: 3, updatedReplicas: 3, currentRevision: 'b', updateRevision: 'b' }),
    'pass',
  ],
  [
    'all ready, one still of the old revision',
    statefulSet({ readyReplicas: 3, updatedReplicas: 2, currentRevision: 'a', updateRevision: 'b' }),
    'fail',
  ],
  [
    'one not ready',
    statefulSet({ readyReplicas: 2, updatedReplicas: 3, currentRevision: 'b', updateRevision: 'b' }),
    'fail',
  ],
  [
    'a partition that is reached',
    statefulSet({ readyReplicas: 3, updatedReplicas: 1, currentRevision: 'a', updateRevision: 'b' }, 2),
    'pass',
  ],
])('a StatefulSet: %s', (_, workload, verdict) => {
  expect(judgeRollout(workload).verdict).toBe(verdict);
});

const daemonSet = (status: object, type = 'RollingUpdate') => ({
  kind: 'DaemonSet' as const,
  object: {
    metadata: { generation: 1 },
    spec: { updateStrategy: { type } },
    status: {
      observedGeneration: 1,
      desiredNumberScheduled: 3,
      updatedNumberScheduled: 3,
      numberAvailable: 3,
      ...status,
    },
  } as unknown as ObjectOf<'daemonsets'>,
});
test.each([
  ['everywhere', daemonSet({}), 'pass'],
  ['one node to go', daemonSet({ updatedNumberScheduled: 2 }), 'fail'],
  ['one not available', daemonSet({ numberAvailable: 2 }), 'fail'],
  ['OnDelete has no rollout to follow', daemonSet({}, 'OnDelete'), 'unknown'],
])('a DaemonSet: %s', (_, workload, verdict) => {
  expect(judgeRollout(workload).verdict).toBe(verdict);
});
