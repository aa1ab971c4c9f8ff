/** A wait is woken by what a real API server says, and never depends on it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { createKubernetesClients, type KubernetesClient } from '../../../../activities/kubernetes/clients.ts';
import { startApiServer } from '../../../../bench/house/api-server.ts';
import { Closing } from '../../../../bench/house/closing.ts';
import { createTcpFaultProxy, type TcpFaultProxy } from '../../../../lab/faults/tcp-fault-proxy.ts';
import { until } from '../../../setup/until.ts';

const closing = new Closing();
const signal = new AbortController().signal;
const NODE = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'w3' } };
let admin: KubernetesObjectApi;
let proxy: TcpFaultProxy;
let client: KubernetesClient;
let labels = 0;

const change = () =>
  admin.patch(
    { ...NODE, metadata: { name: 'w3', labels: { n: `n${++labels}` } } } as never,
    undefined,
    undefined,
    undefined,
    undefined,
    'application/merge-patch+json',
  );
const follow = () => client.watches.follow([{ resource: 'nodes', name: 'w3' }])!;
const next = (following: ReturnType<typeof follow>, withinMs = 120_000) =>
  following.next({ withinMs, signal });

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-watches-'));
  closing.add(() => rm(folder, { recursive: true, force: true }));
  const server = await startApiServer(folder, closing);
  const { hostname: host, port } = new URL(server.url);
  proxy = await createTcpFaultProxy({ host, port: Number(port) });
  closing.add(() => proxy.close());
  const kubeconfig = parse(await readFile(server.kubeconfig, 'utf8')) as {
    clusters: { cluster: { server: string } }[];
  };
  const direct = new KubeConfig();
  direct.loadFromFile(server.kubeconfig);
  admin = KubernetesObjectApi.makeApiClient(direct);
  kubeconfig.clusters[0]!.cluster.server = `https://127.0.0.1:${proxy.port}`;
  client = createKubernetesClients({ kubeconfig, requestTimeoutMs: 60_000 });
  closing.add(() => client.close());
  await admin.create(NODE);
}, 240_000);
afterAll(() => closing.close());

test('a change of the object wakes, one of another does not', async () => {
  const following = follow();
  expect(await following.begun).toBe(true);
  const woken = next(following);
  await change();
  expect(await woken).toBe('changed');
  await admin.create({ ...NODE, metadata: { name: 'w4' } });
  expect(await next(following, 500)).toBe('quiet');
  following.end();
});

test('while the server is away nobody waits for it, and when it is back it wakes again', async () => {
  const following = follow();
  expect(await following.begun).toBe(true);
  const lost = next(following);
  proxy.refuse();
  proxy.cut();
  expect(await lost).toBe('lost');
  following.end();
  const meanwhile = follow();
  expect(await meanwhile.begun).toBe(false);
  meanwhile.end();
  proxy.accept();
  const again = await until(async () => {
    const one = follow();
    if (await one.begun) return one;
    one.end();
    return undefined;
  });
  const woken = next(again);
  await change();
  expect(await woken).toBe('changed');
  again.end();
});

test('a connection on which nothing comes any more keeps nobody from the next poll', async () => {
  const following = follow();
  expect(await following.begun).toBe(true);
  proxy.freeze();
  await change();
  expect(await next(following, 1_000)).toBe('quiet');
  proxy.thaw();
  expect(await next(following)).toBe('changed');
  following.end();
});
