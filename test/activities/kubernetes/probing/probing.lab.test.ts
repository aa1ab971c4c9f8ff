import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { V1Node, V1Pod } from '@kubernetes/client-node';
import { createKubernetesClients } from '../../../../activities/kubernetes/clients.ts';
import { connectCommand } from '../../../../activities/kubernetes/probing/connect-command.ts';
import { execInPod } from '../../../../activities/kubernetes/probing/exec-in-pod.ts';
import { probeFromNode } from '../../../../activities/kubernetes/probing/probe-from-node.ts';
import { probePod, probePodName } from '../../../../activities/kubernetes/probing/probe-pod.ts';
import { removeLeftProbes } from '../../../../activities/kubernetes/probing/remove-probe-pod.ts';
import { call, inSeconds } from '../calls.ts';
import { openCluster, type Cluster } from '../cluster.ts';
import { barePod, listeningPod, ready, SLEEP } from '../scene.ts';
import { until } from '../../../setup/until.ts';

let cluster: Cluster;
let node: string;
let address: string;
let since: Date;
let asked = 0;

beforeAll(async () => {
  cluster = await openCluster('probe');
  node = cluster.details.nodes[0]!.name;
  const listens = (name: string, ...options: string[]) =>
    cluster.make(listeningPod(cluster, { name, port: 7777, command: ['nc', '-p', '7777', ...options] }));
  await listens('listening', '-ll', '-e', 'cat');
  await listens('silent', '-l');
  await cluster.make(barePod(cluster, 'idle', SLEEP));
  for (const name of ['silent', 'idle']) await ready(cluster, name);
  address = (await ready(cluster, 'listening')).status!.podIP!;
});
afterAll(() => cluster.close());
beforeEach(() => {
  since = new Date();
  asked++;
});

const pod = (name: string) => cluster.admin.read<V1Pod>(barePod(cluster, name));
const operation = () => `test/probe-${process.pid}/${asked}/change-0`;
const context = (different = {}) => call({ operation: operation(), deadline: inSeconds(180), ...different });
const writes = () => cluster.writes({ since, resource: 'pods', name: probePodName(operation()) });
const created = () =>
  cluster.writes({
    since,
    resource: 'pods',
    verb: 'create',
    namespace: cluster.details.workload.probeNamespace,
  });
const probePodNow = () =>
  cluster.admin
    .read<V1Pod>({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: probePodName(operation()), namespace: cluster.details.workload.probeNamespace },
    })
    .catch(() => undefined);
/** The pod that a probe of these makes. */
const podOf = ({ node: at, connect }: { node: string; connect: ReturnType<typeof to> }) => {
  const settings = cluster.change.probe;
  const command = connectCommand(settings.command, connect);
  return probePod({ node: at, command, seconds: 2, operation: operation(), settings }) as never;
};
const to = (host: string, port: number) => ({ host, port, timeoutSeconds: 2 });

describe('probeFromNode', () => {
  const step = () => cluster.changing('probeFromNode');
  const planned = async (connect = to(address, 7777)) => {
    const input = { node, connect };
    return { input, ...(await step().plan(input, context())) };
  };

  test('a connection that comes up, from that node; the pod is there for it only', async () => {
    const { input, preconditions, dryRun, diff } = await planned();
    expect([dryRun, diff[0]?.before]).toEqual(['server', null]);
    expect(await probePodNow()).toBeUndefined();
    expect(await step().apply(input, preconditions, context())).toMatchObject({
      outcome: 'applied',
      output: { verdict: 'pass', node, exitCode: 0, reason: `${node} connects to ${address}:7777` },
    });
    expect(await probePodNow()).toBeUndefined();
    expect((await writes()).map((w) => w.verb)).toEqual(['create', 'delete']);
  });

  test('a server that says nothing has still taken the connection', async () => {
    const silent = (await pod('silent')).status!.podIP!;
    const { input, preconditions } = await planned(to(silent, 7777));
    expect(await step().apply(input, preconditions, context())).toMatchObject({
      output: { verdict: 'pass' },
    });
  });

  test('a port where nobody listens', async () => {
    const { input, preconditions } = await planned(to(address, 7778));
    expect(await step().apply(input, preconditions, context())).toMatchObject({
      output: { verdict: 'fail', exitCode: 1, reason: expect.stringMatching(/refused/) },
    });
    expect(await probePodNow()).toBeUndefined();
  });

  test('a probe that cannot run says unknown, not fail', async () => {
    const other = createKubernetesClients({
      kubeconfig: cluster.details.kubeconfigs.change,
      probeNamespace: cluster.details.workload.probeNamespace,
      probeImage: 'registry.local/no-such-image:1',
      imagePullPolicy: 'Never',
      requestTimeoutMs: 60_000,
    });
    const broken = probeFromNode(other).implementation;
    const { input, preconditions } = await planned();
    expect(await broken.apply(input, preconditions, context())).toMatchObject({
      output: {
        verdict: 'unknown',
        exitCode: null,
        reason: expect.stringMatching(/could not run on .*ErrImageNeverPull/),
      },
    });
    expect(await probePodNow()).toBeUndefined();
    await other.close();
  });

  test('a second try takes up the pod that the first left', async () => {
    const { input, preconditions } = await planned();
    await cluster.admin.create(podOf(input));
    const first = await probePodNow();
    expect(await step().probe(input, preconditions, context())).toEqual({ state: 'not-applied' });
    expect(await step().apply(input, preconditions, context())).toMatchObject({
      output: { verdict: 'pass' },
    });
    expect(first?.metadata?.uid).toBeDefined();
    expect(await created()).toEqual([]);
    expect(await probePodNow()).toBeUndefined();
  });

  test('cancelled while it waits: the pod is removed', async () => {
    const cancelled = new AbortController();
    const { input, preconditions } = await planned();
    const heartbeat = () => cancelled.abort();
    await expect(
      step().apply(input, preconditions, context({ signal: cancelled.signal, heartbeat })),
    ).rejects.toMatchObject({ kind: 'retryable' });
    await until(async () => (await probePodNow()) === undefined);
    expect(await created()).toHaveLength(1);
  });

  test('a node that was replaced, a deadline that has passed: no pod is made', async () => {
    const { input, preconditions } = await planned();
    await expect(step().apply(input, { nodeUid: 'another' }, context())).rejects.toMatchObject({
      kind: 'conflict',
    });
    await expect(
      step().apply(input, preconditions, context({ deadline: inSeconds(-1) })),
    ).rejects.toMatchObject({ kind: 'retryable' });
    expect(await created()).toEqual([]);
  });

  test('a pod that a crash left behind is found and removed', async () => {
    const { input } = await planned();
    await cluster.admin.create(podOf(input));
    const limits = context();
    const operations = operation();
    expect(
      await removeLeftProbes(cluster.change, { olderThanMs: 3_600_000, operations }, limits),
    ).not.toContain(probePodName(operation()));
    expect(await removeLeftProbes(cluster.change, { olderThanMs: -3_600_000, operations }, limits)).toContain(
      probePodName(operation()),
    );
    await until(async () => (await probePodNow()) === undefined);
  });

  test('a cordoned node is probed all the same', async () => {
    const target = { apiVersion: 'v1', kind: 'Node', metadata: { name: node } };
    const cordon = (unschedulable: boolean | null) =>
      cluster.admin.patch<V1Node>(
        { ...target, spec: { unschedulable } } as never,
        undefined,
        undefined,
        'test',
        undefined,
        'application/merge-patch+json',
      );
    await cordon(true);
    try {
      const { input, preconditions } = await planned();
      expect(await step().apply(input, preconditions, context())).toMatchObject({
        output: { verdict: 'pass' },
      });
    } finally {
      await cordon(null);
    }
  });
});

describe('execInPod', () => {
  const step = () => cluster.changing('execInPod');
  const run = async (asks: object, name = 'idle') => {
    const input = { pod: { namespace: cluster.namespace, name }, limitBytes: 1_000, ...asks };
    const plan = await step().plan(input, context());
    return { plan, applied: await step().apply(input, plan.preconditions, context()) };
  };

  test('the fixed probe is diagnostic and says whether it connected', async () => {
    const good = await run({ connect: to(address, 7777) });
    expect(good.plan.risk).toBeUndefined();
    expect(good.applied).toMatchObject({ output: { verdict: 'pass', exitCode: 0, container: 'app' } });
    expect((await run({ connect: to(address, 7778) })).applied).toMatchObject({
      output: { verdict: 'fail', exitCode: 1 },
    });
  });

  test('a free command raises the risk; exit code and both streams come back, bounded', async () => {
    const { plan, applied } = await run({ argv: ['sh', '-c', 'echo out; echo err >&2; exit 3'] });
    expect(plan.risk).toBe('disruptive');
    expect(applied).toMatchObject({
      output: { exitCode: 3, stdout: 'out\n', stderr: 'err\n', verdict: 'fail' },
    });
    const flood = await run({ argv: ['sh', '-c', 'yes | head -c 100000'] });
    expect(flood.applied).toMatchObject({ output: { truncated: '99000 bytes of output were dropped' } });
  });

  test('arguments are never a shell string', async () => {
    expect((await run({ argv: ['echo', '$(id)', ';reboot'] })).applied).toMatchObject({
      output: { stdout: '$(id) ;reboot\n' },
    });
  });

  test('a program that the container does not have: unknown for the probe, invalid for a command', async () => {
    const other = createKubernetesClients({
      kubeconfig: cluster.details.kubeconfigs.change,
      probeCommand: ['no-such-program', '{host}'],
      requestTimeoutMs: 60_000,
    });
    const input = { pod: { namespace: cluster.namespace, name: 'idle' }, limitBytes: 100 };
    const broken = execInPod(other).implementation;
    const uid = (await pod('idle')).metadata!.uid!;
    const expected = { uid, container: 'app' };
    expect(await broken.apply({ ...input, connect: to(address, 1) }, expected, context())).toMatchObject({
      output: { verdict: 'unknown' },
    });
    await expect(
      broken.apply({ ...input, argv: ['no-such-program'] }, expected, context()),
    ).rejects.toMatchObject({ kind: 'invalid' });
    await other.close();
  });

  test('a command that does not end: its outcome is not known; a probe may be tried again', async () => {
    const input = { pod: { namespace: cluster.namespace, name: 'idle' }, limitBytes: 100 };
    const expected = { uid: (await pod('idle')).metadata!.uid!, container: 'app' };
    await expect(
      step().apply({ ...input, argv: ['sleep', '60'] }, expected, context({ deadline: inSeconds(6) })),
    ).rejects.toMatchObject({ kind: 'unknown-outcome' });
    expect(await step().probe({ ...input, argv: ['sleep', '60'] }, expected, context())).toMatchObject({
      state: 'unknown',
    });
    expect(await step().probe({ ...input, connect: to(address, 1) }, expected, context())).toEqual({
      state: 'not-applied',
    });
  });

  test('another pod of the name, an account without the right, a deadline that has passed: nothing is run', async () => {
    const input = {
      pod: { namespace: cluster.namespace, name: 'idle' },
      limitBytes: 100,
      argv: ['touch', '/tmp/mark'],
    };
    const expected = { uid: (await pod('idle')).metadata!.uid!, container: 'app' };
    await expect(step().apply(input, { ...expected, uid: 'another' }, context())).rejects.toMatchObject({
      kind: 'conflict',
    });
    await expect(step().apply(input, expected, context({ deadline: inSeconds(-1) }))).rejects.toMatchObject({
      kind: 'retryable',
    });
    await expect(
      execInPod(cluster.read).implementation.apply(input, expected, context()),
    ).rejects.toMatchObject({ kind: 'refused', facts: { status: 403 } });
    expect((await run({ argv: ['ls', '/tmp/mark'] })).applied).toMatchObject({ output: { verdict: 'fail' } });
  });
});

test('lookUpFromNode: nobody listens for DNS there, which is silence, and the pod is gone', async () => {
  const step = cluster.changing('lookUpFromNode');
  const input = { node, name: 'shop.example', server: address, timeoutSeconds: 2 };
  const { preconditions, diff } = await step.plan(input, context());
  expect(diff).toMatchObject([{ after: { node, looksUp: 'shop.example', at: address } }]);
  expect(await step.apply(input, preconditions, context())).toMatchObject({
    output: { verdict: 'fail', answer: 'silent', node },
  });
  expect(await probePodNow()).toBeUndefined();
  expect(await created()).toHaveLength(1);
});
