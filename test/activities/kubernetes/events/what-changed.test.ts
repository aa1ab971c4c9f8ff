import { describe, expect, test } from '@jest/globals';
import { boundChanges, collectChanges } from '../../../../activities/kubernetes/events/changes/collect.ts';
import type { Snapshot } from '../../../../activities/kubernetes/events/changes/snapshot.ts';
import type { MetadataOnly, RawNode } from '../../../../activities/kubernetes/client/raw.ts';
import type { Event, ObservedChange } from '../../../../activities/kubernetes/contract.ts';
import { ago, NOW, rawNode, rawPod } from '../objects.ts';

const WINDOW = { from: ago(600), until: NOW.toISOString() };
const NOTHING: Snapshot = {
  deployments: [],
  replicaSets: [],
  statefulSets: [],
  daemonSets: [],
  controllerRevisions: [],
  autoscalers: [],
  jobs: [],
  pods: [],
  nodes: [],
  configMaps: [],
  secrets: [],
  services: [],
  events: [],
};
const changes = (seen: Partial<Snapshot>) => collectChanges({ ...NOTHING, ...seen }, WINDOW);
const told = (seen: Partial<Snapshot>) => changes(seen).map((c) => `${c.object} ${c.summary}`);

const owned = (kind: string, name: string, uid: string) => [
  { apiVersion: 'apps/v1', kind, name, uid, controller: true },
];
const deployment = (edited?: { manager: string; at: string }) => ({
  metadata: {
    name: 'api',
    namespace: 'payments',
    uid: 'd-1',
    creationTimestamp: ago(90_000),
    managedFields: [
      { manager: 'kube-controller-manager', subresource: 'status', time: ago(5) },
      { manager: 'kube-controller-manager', time: ago(6) },
      ...(edited ? [{ manager: edited.manager, time: edited.at }] : []),
    ],
  },
  spec: { selector: {}, template: {} },
});
const replicaSet = (hash: string, revision: number, created: string, image: string) => ({
  metadata: {
    name: `api-${hash}`,
    namespace: 'payments',
    uid: `rs-${hash}`,
    creationTimestamp: created,
    annotations: { 'deployment.kubernetes.io/revision': String(revision) },
    ownerReferences: owned('Deployment', 'api', 'd-1'),
  },
  spec: { selector: {}, template: { spec: { containers: [{ name: 'app', image }] } } },
});
const event = (
  reason: string,
  at: string,
  object: Partial<Event['object']>,
  rest: Partial<Event> = {},
): Event => ({
  at: new Date(at).toISOString(),
  first: new Date(at).toISOString(),
  type: 'Normal',
  reason,
  object: { kind: 'Pod', namespace: 'payments', name: 'api-aaa-x1', uid: 'pod-1', ...object },
  message: '',
  count: 1,
  source: '',
  ...rest,
});
const scaled = (message: string, seconds: number) =>
  event(
    'ScalingReplicaSet',
    ago(seconds),
    { kind: 'Deployment', name: 'api', uid: 'd-1' },
    { message, source: 'deployment-controller' },
  );

describe('rollouts', () => {
  const old = replicaSet('aaa', 1, ago(90_000), 'api:1');
  test('a new revision is told once, with the image that changed and who did it; the edit and the scaling are part of it', () => {
    expect(
      changes({
        deployments: [deployment({ manager: 'kubectl-set', at: ago(300) })],
        replicaSets: [old, replicaSet('bbb', 2, ago(299), 'api:2')],
        events: [
          scaled('Scaled up replica set api-bbb from 0 to 1', 299),
          scaled('Scaled down replica set api-aaa from 4 to 3', 290),
        ],
      }),
    ).toEqual([
      {
        at: new Date(ago(299)).toISOString(),
        kind: 'rollout',
        object: 'deployment/payments/api',
        summary: 'revision 2 was rolled out: api:1 → api:2',
        by: 'kubectl-set',
        count: 1,
      },
    ]);
  });
  test('an old revision that comes back is a rollback, though its ReplicaSet is old', () => {
    const seen = {
      deployments: [deployment()],
      replicaSets: [replicaSet('aaa', 3, ago(90_000), 'api:1'), replicaSet('bbb', 2, ago(80_000), 'api:2')],
      events: [
        scaled('Scaled up replica set api-aaa from 0 to 1', 100),
        scaled('Scaled up replica set api-aaa from 1 to 2', 90),
        scaled('Scaled down replica set api-bbb from 2 to 1', 91),
      ],
    };
    expect(told(seen)).toEqual(['deployment/payments/api revision 3 was rolled back to: api:2 → api:1']);
  });
  test('a rollout before the window, a ReplicaSet of another Deployment and a status write are no changes', () => {
    const foreign = replicaSet('ccc', 7, ago(100), 'x:1');
    foreign.metadata.ownerReferences = owned('Deployment', 'api', 'd-before');
    expect(told({ deployments: [deployment()], replicaSets: [old, foreign] })).toEqual([]);
  });
});

test('scaling by hand, in the words of old and new controllers', () => {
  expect(
    told({ deployments: [deployment()], events: [scaled('Scaled up replica set api-aaa from 2 to 5', 60)] }),
  ).toEqual(['deployment/payments/api scaled up from 2 to 5']);
  expect(told({ events: [scaled('Scaled down replica set api-aaa to 1 from 4', 60)] })).toEqual([
    'deployment/payments/api scaled down from 4 to 1',
  ]);
});

describe('ConfigMaps and Secrets', () => {
  const object = (name: string, at: string, created = ago(90_000)): MetadataOnly => ({
    metadata: {
      name,
      namespace: 'payments',
      creationTimestamp: created,
      managedFields: [{ manager: 'vault-agent', time: at }],
    },
  });
  test('names, managers and times, never values', () => {
    expect(
      changes({
        configMaps: [object('limits', ago(30))],
        secrets: [object('db', ago(20)), object('old', ago(4_000))],
      }),
    ).toMatchObject([
      { kind: 'config-map', object: 'configmap/payments/limits', summary: 'was changed', by: 'vault-agent' },
      { kind: 'secret', object: 'secret/payments/db', summary: 'was changed', by: 'vault-agent' },
    ]);
  });
  test('what the cluster writes for itself is left out; a Helm release is named', () => {
    const leader = object('lock', ago(1));
    leader.metadata!.annotations = { 'control-plane.alpha.kubernetes.io/leader': '{}' };
    const release = object('sh.helm.release.v1.api.v12', ago(9), ago(9));
    expect(told({ configMaps: [object('kube-root-ca.crt', ago(5)), leader], secrets: [release] })).toEqual([
      'secret/payments/sh.helm.release.v1.api.v12 Helm release api got version 12',
    ]);
  });
});

describe('Services', () => {
  const service = (name: string, seconds: number, namespace = 'onboarding'): MetadataOnly => ({
    metadata: {
      name,
      namespace,
      creationTimestamp: ago(seconds),
      managedFields: [{ manager: 'onboarder', time: ago(seconds) }],
    },
  });
  test('many are told as a number, with the stretch of time', () => {
    const many = Array.from({ length: 400 }, (_, i) => service(`t-${i}`, 330 - Math.floor(i / 8)));
    expect(changes({ services: [...many, service('one', 400, 'payments')] })).toMatchObject([
      { object: 'service/payments/one', summary: 'was created' },
      {
        object: 'namespace/onboarding',
        summary: '400 Services were created 02:41–02:42 in namespace onboarding',
        count: 400,
        by: 'onboarder',
      },
    ]);
  });
  test('two bursts with a pause between them stay two, and two namespaces too', () => {
    const burst = (seconds: number, namespace: string) =>
      [0, 1, 2, 3].map((i) => service(`s-${seconds}-${i}`, seconds, namespace));
    expect(
      changes({ services: [...burst(500, 'a'), ...burst(100, 'a'), ...burst(100, 'b')] }).map((c) => [
        c.object,
        c.count,
      ]),
    ).toEqual([
      ['namespace/a', 4],
      ['namespace/a', 4],
      ['namespace/b', 4],
    ]);
  });
});

describe('pods', () => {
  const set = replicaSet('aaa', 1, ago(90_000), 'api:1');
  const pod = (name: string, seconds: number) =>
    rawPod({
      metadata: {
        name,
        uid: `uid-${name}`,
        creationTimestamp: ago(seconds),
        ownerReferences: owned('ReplicaSet', 'api-aaa', 'rs-aaa'),
      },
    });
  test('a dependency whose pod was replaced: which by which, and the new address', () => {
    const seen = {
      replicaSets: [set],
      pods: [pod('api-aaa-new01', 120)],
      events: [event('Killing', ago(121), { name: 'api-aaa-old01', uid: 'gone' })],
    };
    expect(told(seen)).toEqual([
      'pod/payments/api-aaa-new01 replaced pod api-aaa-old01 on worker-1; the address is 10.244.1.7 now',
    ]);
  });
  test('a container that was killed and restarted in its pod replaced nothing', () => {
    const seen = {
      replicaSets: [set],
      pods: [pod('api-aaa-old01', 5_000)],
      events: [event('Killing', ago(60), { name: 'api-aaa-old01' })],
    };
    expect(told(seen)).toEqual([]);
  });
  test('one more pod after scaling up replaced nothing', () => {
    const seen = {
      deployments: [deployment()],
      replicaSets: [set],
      pods: [pod('api-aaa-more1', 60)],
      events: [scaled('Scaled up replica set api-aaa from 1 to 2', 61)],
    };
    expect(told(seen)).toEqual(['deployment/payments/api scaled up from 1 to 2']);
  });
  test('pods of a new revision replaced nothing: they are the rollout', () => {
    const fresh = replicaSet('aaa', 1, ago(61), 'api:1');
    expect(
      told({ deployments: [deployment()], replicaSets: [fresh], pods: [pod('api-aaa-new01', 60)] }),
    ).toEqual(['deployment/payments/api revision 1 was rolled out: api:1']);
  });
  test('a crash loop is one entry a workload and node, from its beginning, with how often', () => {
    const two = [pod('api-aaa-p1', 5_000), pod('api-aaa-p2', 5_000)];
    const backOff = (name: string, seconds: number, count: number) =>
      event(
        'BackOff',
        ago(seconds),
        { name, uid: `uid-${name}` },
        { count, first: new Date(ago(seconds + 100)).toISOString() },
      );
    const seen = changes({
      replicaSets: [set],
      pods: two,
      events: [backOff('api-aaa-p1', 60, 7), backOff('api-aaa-p2', 30, 5)],
    });
    expect(seen).toMatchObject([
      {
        kind: 'back-off',
        object: 'deployment/payments/api',
        summary: '2 pods are in a crash loop on worker-1: api-aaa-p1, api-aaa-p2',
        at: new Date(ago(160)).toISOString(),
        until: new Date(ago(30)).toISOString(),
        count: 12,
      },
    ]);
  });
  test('memory kills and evictions in the window, not before', () => {
    const oom = (seconds: number) => ({
      ...pod(`api-aaa-o${seconds}`, 5_000),
      status: rawPod({
        container: {
          lastState: { terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: ago(seconds) } },
        },
      }).status!,
    });
    const evicted = event(
      'Evicted',
      ago(10),
      { name: 'api-aaa-e1' },
      { message: 'The node was low on resource: memory.' },
    );
    expect(told({ replicaSets: [set], pods: [oom(50), oom(4_000)], events: [evicted] })).toEqual([
      'pod/payments/api-aaa-o50 container app was killed for memory on worker-1',
      'pod/payments/api-aaa-e1 The node was low on resource: memory.',
    ]);
  });
});

describe('nodes', () => {
  const node = (name: string, change: Partial<RawNode>): RawNode => {
    const base = rawNode(name);
    return {
      ...base,
      ...change,
      metadata: { ...base.metadata, creationTimestamp: ago(90_000), ...change.metadata },
    };
  };
  test('a condition that turned, not one that was reported again', () => {
    const ready = {
      type: 'Ready',
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      lastTransitionTime: ago(100),
      lastHeartbeatTime: ago(10),
    };
    const disk = {
      type: 'DiskPressure',
      status: 'False',
      lastTransitionTime: ago(90_000),
      lastHeartbeatTime: ago(10),
    };
    expect(told({ nodes: [node('w3', { status: { conditions: [ready, disk] } })] })).toEqual([
      'node/w3 Ready became Unknown (NodeStatusUnknown)',
    ]);
  });
  test('a cordon in the window, and whose', () => {
    const cordoned = node('w3', {
      spec: { unschedulable: true },
      metadata: {
        name: 'w3',
        managedFields: [
          { manager: 'kubectl-cordon', time: ago(40), fieldsV1: { 'f:spec': { 'f:unschedulable': {} } } },
        ],
      },
    });
    expect(changes({ nodes: [cordoned] })).toMatchObject([
      { kind: 'cordon', object: 'node/w3', by: `kubectl-cordon at ${ago(40)}` },
    ]);
  });
});

test('jobs start, complete and fail', () => {
  const job = (name: string, status: object) => ({ metadata: { name, namespace: 'payments' }, status });
  const seen = told({
    jobs: [
      job('report', { startTime: ago(100), completionTime: ago(50) }),
      job('broken', {
        startTime: ago(5_000),
        conditions: [
          { type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', lastTransitionTime: ago(20) },
        ],
      }),
    ],
  });
  expect(seen).toEqual([
    'job/payments/report started',
    'job/payments/report completed',
    'job/payments/broken failed (BackoffLimitExceeded)',
  ]);
});

test('when there are too many, effects go before causes, and the newest stay', () => {
  const change = (kind: ObservedChange['kind'], second: number): ObservedChange => ({
    at: new Date(ago(600 - second)).toISOString(),
    kind,
    object: `o/${second}`,
    summary: '',
    count: 1,
  });
  const all = [
    change('rollout', 1),
    change('back-off', 2),
    change('back-off', 3),
    change('secret', 4),
    change('job', 5),
  ];
  expect(boundChanges(all, 3).map((c) => c.object)).toEqual(['o/1', 'o/4', 'o/5']);
  expect(boundChanges(all, 1).map((c) => c.object)).toEqual(['o/4']);
  expect(boundChanges(all, 9)).toEqual(all);
});

test('a StatefulSet was scaled when a pod beyond its number went, or the last one came and took nobody’s place', () => {
  const scale = [{ manager: 'kubectl', subresource: 'scale', fieldsV1: { 'f:spec': { 'f:replicas': {} } } }];
  const set = (replicas: number, managedFields: object[] = []) =>
    ({
      metadata: {
        name: 'db',
        namespace: 'payments',
        uid: 's-1',
        creationTimestamp: ago(90_000),
        managedFields,
      },
      spec: { replicas, selector: {}, serviceName: 'db', template: {} },
    }) as Snapshot['statefulSets'][number];
  const said = (what: 'create' | 'delete', ordinal: number) =>
    event(
      'Successful',
      ago(60),
      { kind: 'StatefulSet', name: 'db', uid: 's-1' },
      { message: `${what} Pod db-${ordinal} in StatefulSet db successful` },
    );
  expect(changes({ statefulSets: [set(3, scale)], events: [said('create', 2)] })).toMatchObject([
    { kind: 'scaling', summary: 'was scaled to 3', by: 'kubectl' },
  ]);
  expect(told({ statefulSets: [set(0)], events: [said('delete', 0)] })).toEqual([
    'statefulset/payments/db was scaled to 0',
  ]);
  // A rollout deletes pods that are wanted and makes them anew; so does a pod's deletion.
  expect(told({ statefulSets: [set(3)], events: [said('delete', 1), said('create', 1)] })).toEqual([]);
  const killed = event('Killing', ago(61), { name: 'db-2', uid: 'p' });
  expect(told({ statefulSets: [set(3)], events: [killed, said('create', 2)] })).toEqual([]);
});

test('labels and taints of a node that a person wrote are told, what the kubelet and controllers write is not', () => {
  const written = (manager: string, fields: object) =>
    rawNodeWritten([{ manager, operation: 'Update', time: ago(60), fieldsV1: fields }]);
  const labels = { 'f:metadata': { 'f:labels': { 'f:tier': {} } } };
  expect(changes({ nodes: [written('kubectl-label', labels)] })).toMatchObject([
    { kind: 'node-edit', object: 'node/worker-1', summary: 'its labels were written', by: 'kubectl-label' },
  ]);
  expect(told({ nodes: [written('kubectl-taint', { 'f:spec': { 'f:taints': {} } })] })).toEqual([
    'node/worker-1 its taints were written',
  ]);
  for (const manager of ['kubelet', 'kube-controller-manager']) {
    expect(told({ nodes: [written(manager, labels)] })).toEqual([]);
  }
  expect(told({ nodes: [written('kubectl-cordon', { 'f:spec': { 'f:unschedulable': {} } })] })).toEqual([]);
});

function rawNodeWritten(managedFields: object[]): RawNode {
  const node = rawNode('worker-1');
  return {
    ...node,
    metadata: { ...node.metadata, creationTimestamp: ago(90_000), managedFields },
  };
}
