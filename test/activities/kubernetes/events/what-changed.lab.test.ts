import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { V1PodStatus } from '@kubernetes/client-node';
import { until } from '../../../setup/until.ts';
import { call, inSeconds } from '../calls.ts';
import { openCluster, type Cluster } from '../cluster.ts';
import { kubectl } from '../kubectl.ts';
import { barePod, deployment, SLEEP } from '../scene.ts';

interface Told {
  at: string;
  kind: string;
  object: string;
  summary: string;
  by?: string;
}

let cluster: Cluster;
let node: string;

const hand = async (...argv: string[]) => {
  const said = await kubectl(cluster, '-n', cluster.namespace, ...argv);
  if (said.exitCode !== 0) throw new Error(said.stderr);
  return said.stdout;
};
const patch = (what: string, spec: object, manager: string) =>
  hand('patch', what, '--type=merge', `--field-manager=${manager}`, '-p', JSON.stringify(spec));
const objectOf = (apiVersion: string, kind: string, name: string, rest: object = {}) =>
  ({ apiVersion, kind, metadata: { name, namespace: cluster.namespace }, ...rest }) as never;
/** Waits until a controller has written down what it did to an object: its time is the event's. */
const told = async (name: string, what: RegExp) => {
  const of = ['get', 'events', `--field-selector=involvedObject.name=${name}`];
  const messages = () => hand(...of, '-o', 'jsonpath={range .items[*]}{.message}{"\\n"}{end}');
  await until(async () => what.test(await messages()), messages);
};

/** Times of the API server have whole seconds: what is to be told apart is done in different ones. */
async function inAnotherSecond(): Promise<void> {
  const now = Math.floor(Date.now() / 1_000);
  await until(() => Math.floor(Date.now() / 1_000) > now);
}

/**
 * A pod that takes all it is given. A kubelet that hears of a container's end before it hears of the reason says
 * `Error`, for good: such a pod is made again.
 */
async function runOutOfMemory(): Promise<void> {
  const { spec } = barePod(cluster, 'greedy', ['sh', '-c', 'x=a; while :; do x=$x$x; done']);
  Object.assign(spec.containers[0]!, { resources: { limits: { memory: '64Mi' } } });
  const greedy = objectOf('v1', 'Pod', 'greedy', { spec: { ...spec, restartPolicy: 'Never' } });
  const status = () => hand('get', 'pod', 'greedy', '-o', 'jsonpath={.status}');
  await cluster.make(greedy);
  await until(async () => {
    const { phase, containerStatuses } = JSON.parse(await status()) as V1PodStatus;
    if (phase !== 'Failed') return false;
    if (containerStatuses?.[0]?.state?.terminated?.reason === 'OOMKilled') return true;
    await hand('delete', 'pod', 'greedy', '--wait');
    await cluster.make(greedy);
    return false;
  }, status);
}

beforeAll(async () => {
  cluster = await openCluster('changed');
  node = cluster.details.nodes[2]!.name;
  for (const name of ['api', 'web', 'shop'])
    await cluster.make(deployment(cluster, name, { command: SLEEP }));
  const { spec } = deployment(cluster, 'store', { command: SLEEP });
  await cluster.make(
    objectOf('apps/v1', 'StatefulSet', 'store', { spec: { ...spec, serviceName: 'store' } }),
  );
  await cluster.make(objectOf('v1', 'ConfigMap', 'settings', { data: { level: 'info' } }));
  await cluster.make(objectOf('v1', 'Secret', 'login', { stringData: { password: 'one' } }));
  await cluster.make(objectOf('v1', 'Service', 'old', { spec: { ports: [{ port: 80 }] } }));
  // Secrets can be listed only by whom somebody lets.
  await cluster.make(
    objectOf('rbac.authorization.k8s.io/v1', 'Role', 'secrets', {
      rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }],
    }),
  );
  await cluster.make(
    objectOf('rbac.authorization.k8s.io/v1', 'RoleBinding', 'secrets', {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'secrets' },
      subjects: [{ kind: 'ServiceAccount', name: 'nightshift-read', namespace: 'nightshift-probes' }],
    }),
  );
  for (const name of ['api', 'web', 'shop', 'store']) {
    await hand('wait', 'pods', '-l', `app=${name}`, '--for=condition=Ready', '--timeout=180s');
  }
});
afterAll(async () => {
  await kubectl(cluster, 'uncordon', node);
  await cluster.close();
});

test('twelve changes that somebody made are all told, in order, each once, and nothing else', async () => {
  await inAnotherSecond();
  const from = new Date();
  const planted: (() => Promise<unknown>)[] = [
    () => patch('configmap/settings', { data: { level: 'debug' } }, 'the-team'),
    () => patch('secret/login', { stringData: { password: 'two' } }, 'the-rotation'),
    () =>
      cluster.make(objectOf('v1', 'Secret', 'sh.helm.release.v1.shop.v7', { type: 'helm.sh/release.v1' })),
    async () => {
      await patch(
        'deployment/api',
        { spec: { template: { metadata: { annotations: { a: 'b' } } } } },
        'the-ci',
      );
      const sets = async () => (await hand('get', 'replicasets', '-l', 'app=api', '-o', 'name')).trim();
      await until(async () => (await sets()).split('\n').length === 2, sets);
    },
    async () => {
      await hand('scale', 'deployment/web', '--replicas=2');
      await told('web', /from 1 to 2/);
    },
    async () => {
      await hand('scale', 'statefulset/store', '--replicas=0');
      await told('store', /delete Pod store-0/);
    },
    () => patch('deployment/shop', { spec: { minReadySeconds: 1 } }, 'kubectl-edit'),
    () => cluster.make(objectOf('v1', 'Service', 'new', { spec: { ports: [{ port: 80 }] } })),
    () => patch('service/old', { spec: { ports: [{ port: 81 }] } }, 'kubectl-edit'),
    () => kubectl(cluster, 'cordon', node),
    () =>
      cluster.make(
        objectOf('autoscaling/v2', 'HorizontalPodAutoscaler', 'shop', {
          spec: {
            scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'nobody' },
            maxReplicas: 2,
          },
        }),
      ),
    () => runOutOfMemory(),
  ];
  for (const plant of planted) {
    await plant();
    await inAnotherSecond();
  }

  const ns = cluster.namespace;
  const look = async () => {
    const minutes = (Date.now() - from.getTime()) / 60_000;
    const answer = (await cluster.reading('whatChanged')(
      { namespaces: [ns], minutes, limit: 100 },
      call({ deadline: inSeconds(60) }),
    )) as { changes: Told[]; notSeen: string[] };
    expect(answer.notSeen).toEqual([]);
    return answer.changes.filter(({ object }) => object.includes(`/${ns}/`) || object === `node/${node}`);
  };
  // Its events come a moment after the change.
  await until(
    async () => (await look()).length >= planted.length,
    async () => (await look()).map(({ kind, object, summary }) => `${kind} ${object} ${summary}`).join('\n'),
  );
  const changes = await look();
  expect(changes.map(({ kind, object, by }) => [kind, object.replace(ns, 'ns'), by])).toEqual([
    ['config-map', 'configmap/ns/settings', 'the-team'],
    ['secret', 'secret/ns/login', 'the-rotation'],
    ['secret', 'secret/ns/sh.helm.release.v1.shop.v7', 'helm'],
    ['rollout', 'deployment/ns/api', 'the-ci'],
    ['scaling', 'deployment/ns/web', 'kubectl'],
    ['scaling', 'statefulset/ns/store', undefined],
    ['workload-edit', 'deployment/ns/shop', 'kubectl-edit'],
    ['service', 'service/ns/new', expect.any(String)],
    ['service', 'service/ns/old', 'kubectl-edit'],
    ['cordon', `node/${node}`, expect.any(String)],
    ['autoscaler', 'horizontalpodautoscaler/ns/shop', expect.any(String)],
    ['out-of-memory', 'pod/ns/greedy', undefined],
  ]);
  expect(JSON.stringify(changes)).not.toMatch(/password|debug/);
  expect(changes.find((c) => c.kind === 'scaling')!.summary).toBe('scaled up from 1 to 2');
});
