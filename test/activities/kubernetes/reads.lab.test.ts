import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createKubernetesClients } from '../../../activities/kubernetes/clients.ts';
import {
  kubernetes,
  type NodeDescription,
  type Pod,
  type ServiceSummary,
} from '../../../activities/kubernetes/contract.ts';
import { whatChanged } from '../../../activities/kubernetes/events/what-changed.ts';
import { call } from './calls.ts';
import { openCluster, type Cluster, type StepName } from './cluster.ts';
import { CRASH, deployment, SLEEP } from './scene.ts';
import { until } from '../../setup/until.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await openCluster('reads');
  await cluster.make(deployment(cluster, 'crashing', { command: CRASH, replicas: 2 }));
  await cluster.make(deployment(cluster, 'steady', { command: SLEEP, replicas: 2 }));
  await cluster.make(service('steady'));
  await cluster.make({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'limits', namespace: cluster.namespace },
    data: { a: 'b' },
  });
  await cluster.make({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'database', namespace: cluster.namespace },
    stringData: { password: 'hunter2' },
  });
  for (let i = 0; i < 5; i++) await cluster.make(service(`onboarded-${i}`));
  await until(
    async () =>
      (await pods('crashing')).every((p) => p.restarts > 0) && (await pods('crashing')).length === 2,
  );
  await until(async () => (await pods('steady')).filter((p) => p.condition === 'healthy').length === 2);
  // EndpointSlices follow the pods.
  const steady = { namespace: cluster.namespace, service: 'steady' };
  await until(
    async () => (await read<{ ready: number }>('endpointsOf', steady)).ready === 2,
    async () => JSON.stringify(await read('endpointsOf', steady)),
  );
});
afterAll(() => cluster.close());

const service = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: cluster.namespace },
  spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
});
/** Through the front door: input parsed, output checked against the contract. */
async function read<T>(name: StepName, input: object): Promise<T> {
  const { contract } = kubernetes[name];
  const output = await cluster.reading(name)(contract.input.parse(input), call());
  const text = JSON.stringify(output);
  expect(text.length).toBeLessThan(200_000);
  expect(JSON.parse(text)).toEqual(output);
  return contract.output.parse(output) as T;
}
const pods = async (app: string) =>
  (await read<{ pods: Pod[] }>('listPods', { namespace: cluster.namespace, selector: `app=${app}` })).pods;

test('listPods: owner, workload, revision, zone and the last termination', async () => {
  const [pod] = await pods('crashing');
  const lab = cluster.details.nodes.find((n) => n.name === pod?.node);
  expect(pod).toMatchObject({
    condition: 'sick',
    owner: { kind: 'ReplicaSet' },
    workload: { kind: 'Deployment', name: 'crashing' },
    revision: 1,
    zone: lab?.zone,
    lastTermination: { container: 'app', exitCode: 1, reason: 'Error' },
  });
  const limited = await read<{ pods: Pod[]; truncated?: string }>('listPods', {
    namespace: cluster.namespace,
    limit: 1,
  });
  expect([limited.pods.length, limited.truncated]).toEqual([1, '1 of 1 or more pods are shown']);
  const onNode = await read<{ pods: Pod[] }>('listPods', { node: pod!.node });
  expect(new Set(onNode.pods.map((p) => p.node))).toEqual(new Set([pod!.node]));
});

test('podsReady: pass and fail', async () => {
  const ask = (app: string, more = {}) =>
    read<{ verdict: string; reason: string }>('podsReady', {
      namespace: cluster.namespace,
      selector: `app=${app}`,
      atLeast: 2,
      ...more,
    });
  expect(await ask('steady')).toMatchObject({ verdict: 'pass', ready: 2, total: 2 });
  expect(await ask('steady', { atLeast: 3 })).toMatchObject({ verdict: 'fail' });
  expect(await ask('steady', { excludeNodes: [(await pods('steady'))[0]!.node] })).toMatchObject({
    verdict: 'fail',
    reason: expect.stringMatching(/excluded node/),
  });
  expect(await ask('crashing')).toMatchObject({
    verdict: 'fail',
    reason: expect.stringMatching(/pods are not ready/),
  });
  expect(await ask('nothing')).toMatchObject({ verdict: 'fail', total: 0 });
});

test('podLogs: the life before the crash, patterns counted; no such life is no failure', async () => {
  const [pod] = await pods('crashing');
  const crashed = await read('podLogs', {
    pod,
    previous: true,
    expected: ['^FATAL: database connection refused: [\\d.]+:5432$'],
    unexpected: ['panic'],
  });
  expect(crashed).toMatchObject({
    available: true,
    expected: [{ count: 1, first: { text: 'FATAL: database connection refused: 10.96.45.12:5432' } }],
    unexpected: [{ count: 0 }],
    lines: [{ at: expect.stringMatching(/Z$/) }],
  });
  const [steady] = await pods('steady');
  expect(await read('podLogs', { pod: steady, previous: true, expected: ['x'] })).toMatchObject({
    available: false,
    note: expect.stringMatching(/^previous terminated container "app" in pod .* not found/),
    expected: [{ count: 0 }],
  });
  await expect(read('podLogs', { pod: { ...pod, uid: 'another' } })).rejects.toMatchObject({
    kind: 'conflict',
  });
  await expect(read('podLogs', { pod, container: 'nope' })).rejects.toMatchObject({ kind: 'invalid' });
  await expect(
    read('podLogs', { pod: { namespace: cluster.namespace, name: 'nope' } }),
  ).rejects.toMatchObject({ kind: 'invalid', facts: { status: 404 } });
});

test('listEvents: of one object, newest last', async () => {
  const [pod] = await pods('crashing');
  const ask = async () =>
    (
      await read<{ events: { at: string; reason: string }[] }>('listEvents', {
        namespace: cluster.namespace,
        object: { kind: 'Pod', name: pod!.name, uid: pod!.uid },
      })
    ).events;
  await until(async () => (await ask()).some((e) => e.reason === 'BackOff'));
  const events = await ask();
  expect(events.map((e) => e.reason)).toEqual(expect.arrayContaining(['Scheduled', 'Started', 'BackOff']));
  expect(events.map((e) => e.at)).toEqual(events.map((e) => e.at).sort());
  expect(
    await read('listEvents', {
      namespace: cluster.namespace,
      minutes: 0.1,
      type: 'Warning',
      object: { name: 'nothing' },
    }),
  ).toMatchObject({ events: [] });
});

test('endpointsOf and listServices: who serves, and that a Service without pods does not', async () => {
  const steady = await read<{ endpoints: { pod: { name: string } }[] }>('endpointsOf', {
    namespace: cluster.namespace,
    service: 'steady',
  });
  expect(steady).toMatchObject({ ready: 2, selector: 'app=steady', mismatches: [] });
  expect(steady.endpoints.map((e) => e.pod.name).sort()).toEqual(
    (await pods('steady')).map((p) => p.name).sort(),
  );
  expect(await read('endpointsOf', { namespace: cluster.namespace, service: 'onboarded-0' })).toMatchObject({
    ready: 0,
    mismatches: ['no pod matches the selector', 'port http/TCP has no ready endpoint'],
  });
  const all = await read<{ services: ServiceSummary[] }>('listServices', {
    namespace: cluster.namespace,
    limit: 3,
  });
  expect(all).toMatchObject({
    count: 6,
    withReadyEndpoints: 1,
    readyEndpoints: 2,
    truncated: '3 of 6 Services are shown',
  });
  await expect(read('endpointsOf', { namespace: cluster.namespace, service: 'nope' })).rejects.toMatchObject({
    kind: 'invalid',
  });
});

test('describeNode: a real one', async () => {
  const [pod] = await pods('steady');
  const node = await read<NodeDescription>('describeNode', { node: pod!.node });
  expect(node).toMatchObject({
    name: pod!.node,
    ready: 'True',
    pressure: [],
    cordonedBy: null,
    kubeletVersion: expect.stringMatching(/^v1\./),
  });
  expect(node.pods.map((p) => p.uid)).toContain(pod!.uid);
  expect(node.requested.pods).toBeGreaterThan(0);
  expect(node.lease!.ageSeconds).toBeLessThan(60);
  await expect(read('describeNode', { node: 'nowhere' })).rejects.toMatchObject({ kind: 'invalid' });
});

test('workloadResources and rolloutStatus of what does not exist are answers', async () => {
  const ref = { namespace: cluster.namespace, kind: 'DaemonSet', name: 'kube-proxy' };
  expect(await read('workloadResources', ref)).toEqual({
    found: false,
    replicas: null,
    updateStrategy: null,
    containers: [],
  });
  expect(await read('rolloutStatus', ref)).toMatchObject({ verdict: 'unknown', state: 'not-found' });
  await expect(read('rolloutHistory', ref)).rejects.toMatchObject({ kind: 'invalid' });
  expect(await read('rolloutStatus', { namespace: cluster.namespace, name: 'steady' })).toMatchObject({
    verdict: 'pass',
    desired: 2,
  });
});

test('whatChanged: rollouts, the ConfigMap, crash loops, Services in number; what may not be seen is said', async () => {
  const seen = await read<{
    changes: { kind: string; object: string; summary: string; count: number }[];
    notSeen: string[];
  }>('whatChanged', { namespaces: [cluster.namespace], limit: 300 });
  const found = (kind: string, object: string) =>
    seen.changes.filter((c) => c.kind === kind && c.object.endsWith(object));
  expect(found('rollout', '/steady')).toMatchObject([
    { summary: expect.stringMatching(/^revision 1 was rolled out/) },
  ]);
  expect(found('config-map', '/limits')).toMatchObject([{ summary: 'was created' }]);
  expect(found('service', `namespace/${cluster.namespace}`)).toMatchObject([{ count: 6 }]);
  await until(async () => {
    const later = await read<typeof seen>('whatChanged', { namespaces: [cluster.namespace], limit: 300 });
    return later.changes.some(
      (c) => c.kind === 'back-off' && c.object.endsWith('deployment/' + cluster.namespace + '/crashing'),
    );
  });
  expect(seen.notSeen).toEqual([expect.stringMatching(/^secrets: Not allowed to list secrets/)]);
});

test('whatChanged with the right to list Secrets: its name, never its value', async () => {
  const admin = createKubernetesClients({
    kubeconfig: cluster.details.kubeconfigs.admin,
    requestTimeoutMs: 60_000,
  });
  const { run, contract } = whatChanged(admin);
  const seen = await run(contract.input.parse({ namespaces: [cluster.namespace], limit: 300 }), call());
  await admin.close();
  expect(seen).toMatchObject({
    notSeen: [],
    changes: expect.arrayContaining([
      expect.objectContaining({ kind: 'secret', object: `secret/${cluster.namespace}/database` }),
    ]),
  });
  expect(JSON.stringify(seen)).not.toMatch(/hunter2|aHVudGVyMg/);
});
