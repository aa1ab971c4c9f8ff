import { connect } from 'node:tls';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ClusterApi } from '../../lab/control-plane/cluster-api.ts';
import type { Lab, LabDetails } from '../../lab/index.ts';
import { insideNode } from '../../lab/node/inside-node.ts';
import { until } from '../setup/until.ts';
import { apiAs, labUnderTest, outcome } from './lab-under-test.ts';

let lab: Lab;
let details: LabDetails;
const apis: ClusterApi[] = [];

async function as(user: keyof LabDetails['kubeconfigs']): Promise<ClusterApi> {
  const api = await apiAs(details.kubeconfigs[user]);
  apis.push(api);
  return api;
}

beforeAll(async () => ({ lab, details } = await labUnderTest()));
afterAll(() => apis.forEach((api) => api.close()));

test('three nodes are ready in three zones, every part runs and users see no errors', async () => {
  const status = await until(
    async () => {
      const now = await lab.status();
      return now?.problem === undefined && now?.errorRate === 0 && now;
    },
    async () => JSON.stringify(await lab.status()),
  );
  expect(status.parts.filter(({ running }) => !running)).toEqual([]);
  const { items } = await (
    await as('admin')
  ).call<{ items: { metadata: { labels: Record<string, string> } }[] }>('GET', '/api/v1/nodes');
  expect(items.map(({ metadata }) => metadata.labels['topology.kubernetes.io/zone']).sort()).toEqual([
    'a',
    'b',
    'c',
  ]);
});

test('it fits into 1.5 GiB once it is up, before any scenario brings what it needs', async () => {
  const memory = process.env.TEST_LAB_MEMORY ?? (await lab.status())?.memory;
  expect(Number(memory)).toBeLessThan(1.5 * 1024 ** 3);
});

test('up on a lab that is up gives the same lab', async () => {
  expect(await lab.up()).toEqual(details);
});

test.each([
  ['the API server', () => details.cluster.server],
  ['etcd', () => `https://${new URL(details.cluster.server).hostname}:2379`],
  ['a kubelet', () => `https://${details.nodes[0]?.address}:10250`],
])('%s serves TLS that the machine does not trust by itself', async (_, url) => {
  const { hostname, port } = new URL(url());
  await expect(handshake(hostname, Number(port))).rejects.toMatchObject({
    code: expect.stringMatching(/UNABLE_TO|SELF_SIGNED/),
  });
});

test("the API server's and the kubelets' certificates are verified with the lab's authority, etcd's is another's", async () => {
  const ca = readFileSync(details.cluster.certificateAuthority);
  const { hostname } = new URL(details.cluster.server);
  await handshake(hostname, 6443, ca);
  for (const { address } of details.nodes) await handshake(address, 10250, ca);
  await expect(handshake(hostname, 2379, ca)).rejects.toThrow();
});

test('logs come from a kubelet whose certificate the API server verified', async () => {
  const admin = await as('admin');
  const { items } = await admin.call<{ items: { metadata: { name: string } }[] }>(
    'GET',
    '/api/v1/namespaces/payments/pods?labelSelector=app%3Dpayment-service',
  );
  const log = `/api/v1/namespaces/payments/pods/${items[0]?.metadata.name}/log?tailLines=20`;
  await until(
    async () => {
      const { status, body } = await admin.request('GET', log);
      return status === 200 && body.includes('payment accepted');
    },
    async () => JSON.stringify(await admin.request('GET', log)),
  );
});

test('the reading account sees and cannot touch', async () => {
  const reading = await as('read');
  for (const path of [
    '/api/v1/nodes',
    '/api/v1/pods',
    '/apis/apps/v1/namespaces/payments/replicasets',
    '/apis/discovery.k8s.io/v1/endpointslices',
  ]) {
    expect((await reading.request('GET', path)).status).toBe(200);
  }
  expect((await reading.request('GET', '/api/v1/secrets')).status).toBe(403);
  expect((await cordon(reading)).status).toBe(403);
  expect((await reading.request('DELETE', '/api/v1/namespaces/payments/pods/none')).status).toBe(403);
});

test('the changing account may do what a plan may need, where it may need it', async () => {
  const changing = await as('change');
  expect((await cordon(changing)).status).toBe(200);
  expect((await changing.request('DELETE', '/api/v1/namespaces/payments/pods/none')).status).toBe(404);
  expect((await changing.request('DELETE', '/api/v1/namespaces/default/pods/none')).status).toBe(403);
  expect((await changing.request('DELETE', '/api/v1/nodes/node-worker-3')).status).toBe(403);
  expect((await changing.request('GET', '/api/v1/secrets')).status).toBe(403);
});

test('somebody without credentials is nobody', async () => {
  const api = await anonymous();
  expect((await api.request('GET', '/api/v1/nodes')).status).toBe(401);
});

test("a node's own credentials do not reach another node", async () => {
  const { stdout } = await insideNode({ stateDirectory: details.stateDirectory, node: 'node-worker-1' }, [
    'cat',
    '/etc/kubernetes/kubelet.kubeconfig',
  ]);
  const { apiFromKubeconfig } = await import('../../lab/control-plane/api-from-kubeconfig.ts');
  const node = apiFromKubeconfig(stdout);
  apis.push(node);
  const label = { metadata: { labels: { mine: 'yes' } } };
  const patch = (name: string) =>
    node.request('PATCH', `/api/v1/nodes/${name}?dryRun=All`, label, 'application/merge-patch+json');
  expect((await patch('node-worker-1')).status).toBe(200);
  expect((await patch('node-worker-2')).status).toBe(403);
});

test('oncall reaches every node by SSH with verified host keys, and only the host helper answers', async () => {
  for (const { name } of details.nodes) {
    expect(await outcome(await lab.ssh(name, { key: 'reading', command: ['version'] }))).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('nightshift-host'),
    });
    expect((await outcome(await lab.ssh(name, { key: 'changing', command: ['id'] }))).exitCode).not.toBe(0);
  }
});

test('a person has a shell, reads the journal and is not root', async () => {
  const command = ['id -un; journalctl -u kubelet -n 1 -o cat; sudo -n id -un'];
  const { stderr } = await outcome(await lab.ssh('node-worker-1', { command }));
  expect(stderr).toContain('sudo: a password is required');
  const looked = await outcome(
    await lab.ssh('node-worker-1', { command: ['id -un; journalctl -u kubelet -n 1 -o json'] }),
  );
  expect(looked.stdout).toMatch(/^oncall\n\{.*"_SYSTEMD_UNIT":"kubelet.service"/);
});

test('root cannot log in by SSH', async () => {
  const argv = (await lab.ssh('node-worker-1', { key: 'reading', command: ['version'] })).map((word) =>
    word.replace('oncall@', 'root@'),
  );
  expect(await outcome(argv)).toMatchObject({
    exitCode: 255,
    stderr: expect.stringContaining('Permission denied'),
  });
});

test('another host key is refused', async () => {
  const [first, second] = details.nodes;
  const argv = (await lab.ssh('node-worker-1', { key: 'reading', command: ['version'] })).flatMap((word) =>
    word === `oncall@${first?.address}` ? ['-o', `HostKeyAlias=${second?.name}`, word] : [word],
  );
  expect(await outcome(argv)).toMatchObject({
    exitCode: 255,
    stderr: expect.stringContaining('Host key verification failed'),
  });
});

test("the kubelets' settings of the kernel are copies: the machine's own stay", async () => {
  const node = { stateDirectory: details.stateDirectory, node: 'node-worker-1' };
  const { stdout } = await insideNode(node, ['findmnt', '-n', '-o', 'TARGET', '/proc/sys/kernel/panic']);
  expect(stdout.trim()).toBe('/proc/sys/kernel/panic');
});

function cordon(api: ClusterApi): Promise<{ status: number }> {
  return api.request(
    'PATCH',
    '/api/v1/nodes/node-worker-1?dryRun=All',
    { spec: { unschedulable: true } },
    'application/merge-patch+json',
  );
}

async function anonymous(): Promise<ClusterApi> {
  const { createClusterApi } = await import('../../lab/control-plane/cluster-api.ts');
  const api = createClusterApi({
    server: details.cluster.server,
    certificateAuthority: readFileSync(details.cluster.certificateAuthority),
    credential: { token: 'nobody' },
  });
  apis.push(api);
  return api;
}

function handshake(host: string, port: number, ca?: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, ca, servername: '' }, () => {
      socket.destroy();
      resolve();
    });
    socket.on('error', reject);
  });
}
