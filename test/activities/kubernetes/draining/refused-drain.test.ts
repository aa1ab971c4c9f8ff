/** One refused pod evicts nothing: the real step on a server that takes every eviction and counts them. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createKubernetesClients, type KubernetesClient } from '../../../../activities/kubernetes/clients.ts';
import type { RawPod } from '../../../../activities/kubernetes/client/raw.ts';
import { drainNode } from '../../../../activities/kubernetes/draining/drain-node.ts';
import { previewDrain } from '../../../../activities/kubernetes/draining/preview-drain.ts';
import { call } from '../calls.ts';
import { rawNode, rawPod, type PodSketch } from '../objects.ts';
import { json, startSmallApiServer, status, type SmallApiServer } from '../small-api-server.ts';

let server: SmallApiServer;
let client: KubernetesClient;
let pods: RawPod[];
let budgets: object[];
/** Names of the DaemonSets that there are. */
let daemonSets: string[];
/** Evictions that were no dry run. */
let evicted: string[];

beforeAll(async () => {
  server = await startSmallApiServer();
  client = createKubernetesClients({ kubeconfig: server.kubeconfig });
  server.answer = (request, response, body) => {
    const path = new URL(request.url ?? '', 'https://x').pathname;
    if (path.endsWith('/eviction')) {
      const { metadata, deleteOptions } = JSON.parse(body) as {
        metadata: { name: string };
        deleteOptions: { dryRun?: string[] };
      };
      if (!deleteOptions.dryRun) {
        evicted.push(metadata.name);
        pods = pods.filter((p) => p.metadata?.name !== metadata.name);
      }
      return json(response, 201, {});
    }
    const spec = { unschedulable: true };
    if (path.endsWith('/nodes/worker-1')) return json(response, 200, rawNode('worker-1', { spec }));
    if (path.endsWith('/nodes')) return json(response, 200, { items: [rawNode('worker-1', { spec })] });
    if (path.endsWith('/poddisruptionbudgets')) return json(response, 200, { items: budgets });
    if (path.endsWith('/replicasets')) return json(response, 200, { items: [] });
    if (path.endsWith('/pods')) return json(response, 200, { items: pods });
    const daemonSet = /\/daemonsets\/(.*)$/.exec(path)?.[1];
    if (daemonSet && daemonSets.includes(daemonSet)) return json(response, 200, { metadata: {} });
    status(response, 404, 'NotFound');
  };
});
afterAll(async () => {
  await client.close();
  await server.remove();
});

const pod = (name: string, sketch: PodSketch = {}): RawPod =>
  rawPod({ ...sketch, metadata: { name, uid: name, ...sketch.metadata } });
const of = (kind: string, name: string, more: PodSketch = {}): PodSketch => ({
  ...more,
  metadata: {
    labels: { app: name },
    ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: name, controller: true }],
  },
});
const emptyDir = { spec: { volumes: [{ name: 'd', emptyDir: {} }] } };

beforeEach(() => {
  pods = [pod('web-1', of('ReplicaSet', 'web')), pod('agent-1', of('DaemonSet', 'agent'))];
  budgets = [];
  daemonSets = ['agent'];
  evicted = [];
});

const input = { node: 'worker-1', deleteEmptyDirData: false, force: false, withinSeconds: 60 };
const step = () => drainNode(client).implementation;
const plan = (different = {}) => step().plan({ ...input, ...different }, call());

test('nothing refused: the pods of the plan go, and those of a DaemonSet stay', async () => {
  const { preconditions } = await plan();
  const done = await step().apply(input, preconditions, call());
  expect(done).toMatchObject({ outcome: 'applied', output: { gone: 1, left: [] } });
  expect(evicted).toEqual(['web-1']);
});

test('at the plan: all refused pods are named, those of one reason together, and nothing is evicted', async () => {
  pods.push(pod('bare-1'), pod('cache-1', of('ReplicaSet', 'cache', emptyDir)), pod('bare-2'));
  daemonSets = [];
  await expect(plan()).rejects.toMatchObject({
    kind: 'refused',
    message:
      'worker-1 cannot be drained: cannot delete daemonsets.apps "agent" not found: payments/agent-1; ' +
      'cannot delete Pods that declare no controller (use --force to override): payments/bare-1, payments/bare-2; ' +
      'cannot delete Pods with local storage (use --delete-emptydir-data to override): payments/cache-1',
    next:
      'This try evicted nothing. Move these pods by hand; or: force: true evicts what nothing makes again; ' +
      'or: deleteEmptyDirData: true evicts what keeps data in an emptyDir, and the data is lost',
  });
  expect(evicted).toEqual([]);
});

const later: readonly { name: string; happens: () => void; says: RegExp }[] = [
  {
    name: 'a pod without a controller came',
    happens: () => pods.push(pod('debug-1')),
    says: /^worker-1 cannot be drained: .*declare no controller.*: payments\/debug-1$/,
  },
  {
    name: 'a pod of the plan lost its controller',
    happens: () => (pods = [pod('web-1'), ...pods.slice(1)]),
    says: /^worker-1 cannot be drained: .*declare no controller.*: payments\/web-1$/,
  },
  {
    name: 'the DaemonSet was deleted and left its pods',
    happens: () => (daemonSets = []),
    says: /^worker-1 cannot be drained: .*daemonsets\.apps "agent" not found: payments\/agent-1$/,
  },
  {
    name: 'a second budget covers a pod',
    happens: () => {
      const spec = { selector: { matchLabels: { app: 'web' } } };
      budgets = ['a', 'b'].map((name) => ({ metadata: { name, namespace: 'payments' }, spec }));
    },
    says: /^worker-1 cannot be drained: payments\/a and payments\/b both cover it.*: payments\/web-1$/,
  },
];
for (const { name, happens, says } of later)
  test(`between the plan and the drain ${name}: nothing is evicted`, async () => {
    const { preconditions } = await plan();
    happens();
    await expect(step().apply(input, preconditions, call())).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(says),
    });
    expect(evicted).toEqual([]);
  });

test('a retry whose pods have all gone has nothing left to do, whatever else is there', async () => {
  const { preconditions } = await plan();
  pods = [...pods.slice(1), pod('debug-1')];
  expect(await step().apply(input, preconditions, call())).toEqual({
    outcome: 'already-satisfied',
    output: { node: 'worker-1', gone: 1, left: [] },
  });
  expect(evicted).toEqual([]);
});

test('what is being deleted already stops no drain that was approved', async () => {
  const { preconditions } = await plan();
  const deletionTimestamp = new Date().toISOString();
  pods.push(pod('debug-1', { metadata: { deletionTimestamp } }));
  expect(await step().apply(input, preconditions, call())).toMatchObject({ outcome: 'applied' });
  expect(evicted).toEqual(['web-1']);
});

test('with force a pod whose DaemonSet is gone is evicted, and the plan says that nothing makes it again', async () => {
  daemonSets = [];
  const planned = await plan({ force: true });
  expect(planned).toMatchObject({
    risk: 'irreversible',
    warnings: expect.arrayContaining([
      'payments/agent-1: its DaemonSet agent is gone: nothing makes it again',
    ]),
  });
  await step().apply({ ...input, force: true }, planned.preconditions, call());
  expect(evicted.toSorted()).toEqual(['agent-1', 'web-1']);
});

test('many pods of one DaemonSet: it is looked for once', async () => {
  pods.push(...['2', '3', '4'].map((n) => pod(`agent-${n}`, of('DaemonSet', 'agent'))));
  const before = server.requests.length;
  const stays = (name: string) => expect.objectContaining({ name });
  expect(await previewDrain(client).run(input, call())).toMatchObject({
    ignored: ['agent-1', 'agent-2', 'agent-3', 'agent-4'].map(stays),
  });
  expect(server.requests.slice(before).filter((r) => r.includes('/daemonsets/'))).toHaveLength(1);
});
