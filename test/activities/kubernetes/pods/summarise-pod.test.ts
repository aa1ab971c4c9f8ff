import { describe, expect, test } from '@jest/globals';
import type { RawPod } from '../../../../activities/kubernetes/client/raw.ts';
import { summarisePod } from '../../../../activities/kubernetes/pods/summarise-pod.ts';
import { ago, NOW, rawPod } from '../objects.ts';

const summarise = (pod: RawPod) =>
  summarisePod(pod, {
    now: NOW,
    zones: new Map([['worker-1', 'a']]),
    controllers: { replicaSets: [], jobs: [] },
  });
const ended = (seconds: { from: number; to: number }, exitCode = 1) => ({
  terminated: {
    exitCode,
    reason: exitCode === 137 ? 'OOMKilled' : 'Error',
    startedAt: ago(seconds.from),
    finishedAt: ago(seconds.to),
  },
});

describe('is a pod well?', () => {
  test.each<[string, RawPod, string]>([
    ['ready and never restarted', rawPod(), 'healthy'],
    [
      'ready, but only until it crashes again: its last life took 4 s, this one takes 3 s so far',
      rawPod({
        container: {
          restartCount: 5,
          state: { running: { startedAt: ago(3) } },
          lastState: ended({ from: 60, to: 56 }),
        },
      }),
      'sick',
    ],
    [
      'ready for 9 s after a life of 1 s: not yet trusted',
      rawPod({
        container: {
          restartCount: 5,
          state: { running: { startedAt: ago(9) } },
          lastState: ended({ from: 60, to: 59 }),
        },
      }),
      'sick',
    ],
    [
      'ready for a minute after lives of 4 s',
      rawPod({
        container: {
          restartCount: 5,
          state: { running: { startedAt: ago(60) } },
          lastState: ended({ from: 90, to: 86 }),
        },
      }),
      'healthy',
    ],
    [
      'ready 2 s after a single crash that followed three days of life',
      rawPod({
        container: {
          restartCount: 1,
          state: { running: { startedAt: ago(2) } },
          lastState: ended({ from: 259_200, to: 4 }),
        },
      }),
      'healthy',
    ],
    ...[
      {
        name: 'ready 40 s after a crash that ended a life of four minutes',
        lived: 240,
        runs: 40,
        condition: 'healthy',
      },
      { name: 'the same 20 s after it', lived: 240, runs: 20, condition: 'sick' },
      { name: 'ready 40 s after a crash that ended a life of 50 s', lived: 50, runs: 40, condition: 'sick' },
    ].map(({ name, lived, runs, condition }): [string, RawPod, string] => [
      name,
      rawPod({
        container: {
          restartCount: 1,
          state: { running: { startedAt: ago(runs) } },
          lastState: ended({ from: 60 + lived, to: 60 }),
        },
      }),
      condition,
    ]),
    [
      'waiting in CrashLoopBackOff',
      rawPod({
        ready: false,
        container: {
          restartCount: 5,
          state: { waiting: { reason: 'CrashLoopBackOff' } },
          lastState: ended({ from: 60, to: 56 }),
        },
      }),
      'sick',
    ],
    [
      'ready for two minutes after a crash that ended a life of six',
      rawPod({
        ready: true,
        container: {
          restartCount: 1,
          state: { running: { startedAt: ago(126) } },
          lastState: ended({ from: 480, to: 126 }),
        },
      }),
      'healthy',
    ],
    [
      'between two crashes, running and not ready',
      rawPod({
        ready: false,
        container: {
          restartCount: 1,
          state: { running: { startedAt: ago(1) } },
          lastState: ended({ from: 6, to: 2 }),
        },
      }),
      'sick',
    ],
    [
      'its image cannot be pulled',
      rawPod({ ready: false, container: { state: { waiting: { reason: 'ErrImagePull' } } } }),
      'sick',
    ],
    [
      'its container is being created',
      rawPod({
        ready: false,
        status: { startTime: ago(5) },
        container: { state: { waiting: { reason: 'ContainerCreating' } } },
      }),
      'starting',
    ],
    [
      'running, not ready since its start 20 s ago',
      rawPod({
        ready: false,
        readySince: ago(20),
        status: { startTime: ago(20) },
        container: { state: { running: { startedAt: ago(18) } } },
      }),
      'starting',
    ],
    [
      'it was ready and no longer is, though nothing crashed',
      rawPod({
        ready: false,
        readySince: ago(30),
        container: { state: { running: { startedAt: ago(590) } } },
      }),
      'sick',
    ],
    [
      'not ready a quarter of an hour after its start',
      rawPod({
        ready: false,
        readySince: ago(900),
        status: { startTime: ago(900) },
        container: { state: { running: { startedAt: ago(890) } } },
      }),
      'sick',
    ],
    [
      'no node has room for it',
      rawPod({
        ready: false,
        spec: { nodeName: undefined },
        status: {
          phase: 'Pending',
          containerStatuses: [],
          conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }],
        },
      }),
      'sick',
    ],
    ['being deleted, though still ready', rawPod({ metadata: { deletionTimestamp: ago(1) } }), 'terminating'],
    ['evicted', rawPod({ ready: false, status: { phase: 'Failed', reason: 'Evicted' } }), 'finished'],
    ['a job that is done', rawPod({ ready: false, status: { phase: 'Succeeded' } }), 'finished'],
    [
      'a finished init container is no crash',
      rawPod({
        spec: { initContainers: [{ name: 'migrate', image: 'm:1' }] },
        ready: false,
        readySince: ago(5),
        status: {
          startTime: ago(5),
          initContainerStatuses: [
            {
              name: 'migrate',
              image: 'm:1',
              imageID: '',
              ready: true,
              restartCount: 0,
              state: ended({ from: 5, to: 3 }, 0),
            },
          ],
        },
        container: { state: { running: { startedAt: ago(2) } } },
      }),
      'starting',
    ],
  ])('%s', (_, pod, condition) => {
    const found = summarise(pod);
    expect([found.condition, found.because]).toEqual([condition, expect.stringMatching(/\S/)]);
  });
});

describe("kubectl's STATUS column", () => {
  const running = { startedAt: ago(10) };
  test.each<[RawPod, string]>([
    [rawPod(), 'Running'],
    [
      rawPod({ ready: false, container: { state: { waiting: { reason: 'CrashLoopBackOff' } } } }),
      'CrashLoopBackOff',
    ],
    [
      rawPod({ ready: false, container: { state: { terminated: { exitCode: 137, reason: 'OOMKilled' } } } }),
      'OOMKilled',
    ],
    [rawPod({ ready: false, container: { state: { terminated: { exitCode: 3 } } } }), 'ExitCode:3'],
    [
      rawPod({ ready: false, container: { state: { terminated: { exitCode: 137, signal: 9 } } } }),
      'Signal:9',
    ],
    [rawPod({ metadata: { deletionTimestamp: ago(1) } }), 'Terminating'],
    [rawPod({ metadata: { deletionTimestamp: ago(1) }, status: { reason: 'NodeLost' } }), 'Unknown'],
    [
      rawPod({ ready: false, status: { phase: 'Failed', reason: 'Evicted', containerStatuses: [] } }),
      'Evicted',
    ],
    [
      rawPod({
        spec: {
          initContainers: [
            { name: 'wait', image: 'w:1' },
            { name: 'migrate', image: 'm:1' },
          ],
        },
        ready: false,
        status: {
          conditions: [],
          initContainerStatuses: [
            {
              name: 'wait',
              image: '',
              imageID: '',
              ready: true,
              restartCount: 0,
              state: { terminated: { exitCode: 0 } },
            },
            { name: 'migrate', image: '', imageID: '', ready: false, restartCount: 0, state: { running } },
          ],
        },
      }),
      'Init:1/2',
    ],
    [
      rawPod({
        spec: { initContainers: [{ name: 'mesh', image: 'w:1', restartPolicy: 'Always' }] },
        status: {
          initContainerStatuses: [
            {
              name: 'mesh',
              image: '',
              imageID: '',
              ready: true,
              started: true,
              restartCount: 0,
              state: { running },
            },
          ],
        },
      }),
      'Running',
    ],
  ])('%#', (pod, status) => {
    expect(summarise(pod).status).toBe(status);
  });
});

test('the last termination is the latest of any container, and says which', () => {
  const pod = rawPod({
    ready: false,
    status: {
      containerStatuses: [
        {
          name: 'app',
          image: '',
          imageID: '',
          ready: false,
          restartCount: 2,
          state: { waiting: { reason: 'CrashLoopBackOff' } },
          lastState: ended({ from: 30, to: 20 }, 137),
        },
        {
          name: 'proxy',
          image: '',
          imageID: '',
          ready: true,
          restartCount: 1,
          state: { running: { startedAt: ago(400) } },
          lastState: ended({ from: 500, to: 410 }),
        },
      ],
    },
    spec: {
      containers: [
        { name: 'app', image: 'app:1' },
        { name: 'proxy', image: 'proxy:3' },
      ],
    },
  });
  expect(summarise(pod)).toMatchObject({
    restarts: 3,
    waiting: 'CrashLoopBackOff',
    zone: 'a',
    images: ['app:1', 'proxy:3'],
    lastTermination: { container: 'app', reason: 'OOMKilled', exitCode: 137, finishedAt: ago(20) },
  });
});

test('revision and workload come by controller reference, not by a name or label that another shares', () => {
  const pod = rawPod({
    metadata: {
      labels: { 'pod-template-hash': 'abc', app: 'api' },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'api-abc', uid: 'rs-2', controller: true },
        { apiVersion: 'v1', kind: 'Node', name: 'worker-1', uid: 'n' },
      ],
    },
  });
  const set = (uid: string, deployment: string, revision: string) => ({
    metadata: {
      name: 'api-abc',
      uid,
      annotations: { 'deployment.kubernetes.io/revision': revision },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          name: deployment,
          uid: `d-${deployment}`,
          controller: true,
        },
      ],
    },
  });
  const found = summarisePod(pod, {
    now: NOW,
    zones: new Map(),
    controllers: { replicaSets: [set('rs-1', 'old', '9'), set('rs-2', 'api', '4')], jobs: [] },
  });
  expect(found).toMatchObject({
    owner: { kind: 'ReplicaSet', uid: 'rs-2' },
    workload: { kind: 'Deployment', name: 'api' },
    revision: 4,
    templateHash: 'abc',
    zone: null,
  });
});

test('a bare pod has no owner and no workload', () => {
  expect(summarise(rawPod())).toMatchObject({ owner: null, workload: null, revision: null });
});
