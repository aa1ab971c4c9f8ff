import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createSwitchboard, type Switchboard } from '../../lab/faults/switchboard.ts';
import { createTcpFaultProxy } from '../../lab/faults/tcp-fault-proxy.ts';
import type { Lab, LabDetails } from '../../lab/index.ts';
import { insideNode } from '../../lab/node/inside-node.ts';
import { readJournal } from '../../lab/node/journal.ts';
import { until } from '../setup/until.ts';
import { apiAs, labUnderTest, outcome } from './lab-under-test.ts';

let lab: Lab;
let details: LabDetails;
let switchboard: Switchboard;

beforeAll(async () => {
  ({ lab, details } = await labUnderTest());
  switchboard = createSwitchboard(details);
});
afterAll(async () => {
  await until(
    async () => (await lab.status())?.problem === undefined,
    async () => `${(await lab.status())?.problem}`,
  );
});

const hello = async (node: string, ...options: string[]) => {
  const argv = await lab.ssh(node, { command: ['true'] });
  return outcome(['ssh', ...options, ...argv.slice(1)]);
};

test('a node that is cut off is silent, and is back when it is reconnected', async () => {
  await switchboard.partition('node-worker-2');
  try {
    // Which of the two it is depends on when the kernel asked for the node's hardware address last.
    expect(await hello('node-worker-2', '-o', 'ConnectTimeout=3')).toMatchObject({
      exitCode: 255,
      stderr: expect.stringMatching(/timed out|No route to host/),
    });
    expect(await hello('node-worker-1')).toMatchObject({ exitCode: 0 });
  } finally {
    await switchboard.reconnect('node-worker-2');
  }
  await until(
    async () => (await hello('node-worker-2', '-o', 'ConnectTimeout=30')).exitCode === 0,
    () => 'node-worker-2 is still silent',
  );
});

test('the API server can be killed and comes back with what it knew', async () => {
  const api = await apiAs(details.kubeconfigs.admin);
  await switchboard.kill('kube-apiserver');
  await expect(api.request('GET', '/readyz')).rejects.toThrow();
  expect((await lab.status())?.problem).toBe('kube-apiserver does not run');
  await switchboard.start('kube-apiserver');
  expect((await api.request('GET', '/api/v1/namespaces/payments')).status).toBe(200);
  api.close();
});

test('a paused part keeps its connections and answers nobody', async () => {
  switchboard.pause('alertmanager');
  const asked = fetch(`${details.alertmanager.url}/-/healthy`, { signal: AbortSignal.timeout(1_000) });
  await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' });
  switchboard.resume('alertmanager');
  await until(
    async () => (await fetch(`${details.alertmanager.url}/-/healthy`)).ok,
    () => 'Alertmanager is not healthy',
  );
});

test("a full disk is the node's own, and ends", async () => {
  const write = (node: string) =>
    insideNode({ stateDirectory: details.stateDirectory, node }, [
      'dd',
      'if=/dev/zero',
      'of=/var/tmp/full',
      'bs=64k',
      'count=4',
    ]);
  await switchboard.fillDisk('node-worker-2');
  try {
    await expect(write('node-worker-2')).rejects.toThrow('No space left');
    await write('node-worker-1');
  } finally {
    await switchboard.freeDisk('node-worker-2');
  }
  await write('node-worker-2');
});

test('SSH through a TCP proxy can be frozen, cut and refused', async () => {
  const [node] = details.nodes;
  if (!node) throw new Error('no nodes');
  const proxy = await createTcpFaultProxy({ host: node.address, port: node.sshPort });
  const viaProxy = [
    '-o',
    'HostName=127.0.0.1',
    '-o',
    `Port=${proxy.port}`,
    '-o',
    `HostKeyAlias=${node.address}`,
  ];
  try {
    expect(await hello(node.name, ...viaProxy)).toMatchObject({ exitCode: 0 });

    proxy.freeze('to-client');
    const frozen = hello(node.name, ...viaProxy);
    await proxy.passed('to-server', 1);
    proxy.thaw();
    expect(await frozen).toMatchObject({ exitCode: 0 });

    proxy.freeze();
    const broken = hello(node.name, ...viaProxy);
    await until(
      () => proxy.accepted === 3,
      () => `the proxy has accepted ${proxy.accepted} connections`,
    );
    proxy.cut();
    expect(await broken).toMatchObject({ exitCode: 255 });
    proxy.thaw();

    proxy.refuse();
    expect(await hello(node.name, ...viaProxy)).toMatchObject({ exitCode: 255 });
    proxy.accept();
    expect(await hello(node.name, ...viaProxy)).toMatchObject({ exitCode: 0 });
  } finally {
    await proxy.close();
  }
});

test("a node's journal can be read past everything that is being tested", async () => {
  expect(await hello('node-worker-1')).toMatchObject({ exitCode: 0 });
  const where = { stateDirectory: details.stateDirectory, node: 'node-worker-1' };
  const read = () => readJournal(where, { unit: 'ssh.service' });
  await until(
    async () => (await read()).some(({ message }) => message.includes('Accepted publickey for oncall')),
    async () => JSON.stringify((await read()).slice(-5)),
  );
});
