import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { V1Pod } from '@kubernetes/client-node';
import type { Artefact } from '../../../../activities/kit/index.ts';
import { debugContainerName } from '../../../../activities/kubernetes/debugging/ephemeral-container.ts';
import { nodeDebugPod } from '../../../../activities/kubernetes/debugging/node-debug-pod.ts';
import { PROBE_LABEL, probePodName } from '../../../../activities/kubernetes/probing/probe-pod.ts';
import { PAYMENT_IMAGES } from '../../../../lab/images/image-names.ts';
import { until } from '../../../setup/until.ts';
import { call, inSeconds } from '../calls.ts';
import { openCluster, type Cluster } from '../cluster.ts';
import { barePod, listeningPod, ready } from '../scene.ts';

/** An answer of 20 kB at /big, the word "ok" at /; nobody listens anywhere else. */
const SERVES =
  'mkdir /tmp/w; cd /tmp/w; echo ok > index.html; head -c 20000 /dev/zero | tr "\\0" x > big; exec httpd -f -p 8080';

let cluster: Cluster;
let node: string;
let asked = 0;
beforeAll(async () => {
  cluster = await openCluster('debug');
  await cluster.make(listeningPod(cluster, { name: 'web', port: 8080, command: ['sh', '-c', SERVES] }));
  node = (await ready(cluster, 'web')).spec!.nodeName!;
});
afterAll(() => cluster.close());
beforeEach(() => void asked++);

const web = () => cluster.admin.read<V1Pod>(barePod(cluster, 'web'));
const ref = (uid?: string) => ({ namespace: cluster.namespace, name: 'web', ...(uid && { uid }) });
const operation = () => `test/debug-${process.pid}/${asked}/change-0`;
const context = (different = {}) => call({ operation: operation(), deadline: inSeconds(180), ...different });

async function applied(name: 'portForward' | 'debugContainer' | 'nodeDebug', input: object) {
  const step = cluster.changing(name);
  const whole = { profile: 'general', timeoutSeconds: 20, limitBytes: 10_000, ...input };
  const planned = await step.plan(whole, context());
  return { planned, ...(await step.apply(whole, planned.preconditions, context())) };
}

describe('portForward', () => {
  const get = (different: object) =>
    applied('portForward', { pod: ref(), port: 8080, path: '/', ...different });

  test('what an HTTP server in the pod answers', async () => {
    const { output, planned } = await get({});
    expect(output).toMatchObject({ verdict: 'pass', status: 200, body: 'ok\n', contentType: 'text/html' });
    expect(planned.preconditions).toEqual({ uid: (await web()).metadata?.uid });
  });

  test('a long answer is cut and says so; a status of 404 is a fail', async () => {
    const { output } = await get({ path: '/big' });
    expect(output).toMatchObject({ verdict: 'pass', truncated: expect.stringMatching(/10000 bytes/) });
    expect((output as { body: string }).body).toHaveLength(10_000);
    expect((await get({ path: '/none' })).output).toMatchObject({ verdict: 'fail', status: 404 });
  });

  test('a port where nobody listens is named', async () => {
    expect((await get({ port: 8081 })).output).toMatchObject({
      verdict: 'fail',
      status: null,
      reason: 'nothing listens on port 8081 of web',
    });
  });

  test('another pod of that name', async () => {
    const step = cluster.changing('portForward');
    const input = { pod: ref(), port: 8080, path: '/', timeoutSeconds: 5, limitBytes: 100 };
    await expect(step.apply(input, { uid: 'of-another' }, context())).rejects.toMatchObject({
      kind: 'conflict',
    });
  });
});

describe('profileGo', () => {
  const stock = () => {
    const command = ['/bin/payment-service', 'stock'];
    const { spec, ...pod } = listeningPod(cluster, { name: 'stock', port: 6060, command });
    const [container] = spec.containers;
    return { ...pod, spec: { ...spec, containers: [{ ...container, image: PAYMENT_IMAGES.before }] } };
  };
  const take = async (different: object) => {
    const kept: Artefact[] = [];
    const step = cluster.changing('profileGo');
    const input = { pod: { ...ref(), name: 'stock' }, port: 6060, seconds: 1, ...different };
    const keep = async ({ name, mediaType, content }: Artefact) => {
      kept.push({ name, mediaType, content });
      return { name, mediaType, sha256: 'a'.repeat(64), bytes: content.length };
    };
    const { preconditions } = await step.plan(input, context());
    const { output } = await step.apply(input, preconditions, context({ keep }));
    return { output, kept };
  };
  /** What uses most by itself; Go's own runtime may come after it. */
  const first = (output: unknown) => (output as { top: readonly unknown[] }).top[0];
  beforeAll(async () => {
    await cluster.make(stock());
    await ready(cluster, 'stock');
  });

  test('names the function that holds the lock, and keeps picture and profile', async () => {
    const { output, kept } = await until(async () => {
      const taken = await take({ kind: 'mutex' });
      return (taken.output as { verdict: string }).verdict === 'pass' && taken;
    });
    expect(output).toMatchObject({
      reason: expect.stringMatching(/of mutex is main\.\(\*stock\)\.reserveUnderOneLock \(stock\.go:\d+\)/),
      unit: 'nanoseconds',
      artefacts: [{ name: 'mutex-of-stock.svg' }, { name: 'mutex-of-stock.pb.gz' }],
    });
    expect(first(output)).toMatchObject({ function: 'sync.(*Mutex).Unlock' });
    expect(Buffer.from(kept[0]!.content).toString()).toMatch(/^<svg .*reserveUnderOneLock/s);
    expect(kept[1]!.content.length).toBeGreaterThan(100);
  });

  test('names the function that waits for the lock', async () => {
    const { output } = await until(async () => {
      const taken = await take({ kind: 'block' });
      return (taken.output as { verdict: string }).verdict === 'pass' && taken;
    });
    expect(output).toMatchObject({
      reason: expect.stringMatching(/of block is main\.\(\*stock\)\.reserveUnderOneLock \(stock\.go:\d+\)/),
      unit: 'nanoseconds',
      artefacts: [{ name: 'block-of-stock.svg' }, { name: 'block-of-stock.pb.gz' }],
    });
    expect(first(output)).toMatchObject({ function: 'sync.(*Mutex).Lock' });
  });

  test('measures where CPU time goes for as long as it was told', async () => {
    // The program waits most of its time: a profile of it can be without a sample.
    const { output, kept } = await until(async () => {
      const taken = await take({ kind: 'cpu', seconds: 3 });
      return (taken.output as { verdict: string }).verdict === 'pass' && taken;
    });
    expect(output).toMatchObject({
      reason: expect.stringMatching(/of cpu is /),
      unit: 'nanoseconds',
      artefacts: [{ name: 'cpu-of-stock.svg' }, { name: 'cpu-of-stock.pb.gz' }],
    });
    const { total, top } = output as { total: number; top: readonly object[] };
    // A sample stands for 10 ms of one CPU.
    expect(total % 10_000_000).toBe(0);
    expect(top.length).toBeGreaterThan(0);
    expect(kept.map((k) => k.mediaType)).toEqual(['image/svg+xml', expect.any(String)]);
  });

  test('goroutines and heap are read too; a port without pprof, and one without a server, say so', async () => {
    expect((await take({ kind: 'goroutine' })).output).toMatchObject({ verdict: 'pass', unit: 'count' });
    expect((await take({ kind: 'heap' })).output).toMatchObject({ unit: 'bytes' });
    expect((await take({ kind: 'cpu', port: 6061 })).output).toMatchObject({
      verdict: 'fail',
      reason: 'nothing listens on port 6061 of stock',
    });
    expect((await take({ kind: 'cpu', port: 8080, pod: ref() })).output).toMatchObject({
      verdict: 'fail',
      reason: expect.stringMatching(/HTTP 404; is net\/http\/pprof served there/),
    });
  });
});

describe('debugContainer', () => {
  test('sees the processes of its target, shows what it wrote and is there only once', async () => {
    // In one stream, because the runtime reads two side by side and keeps no order between them.
    const argv = ['sh', '-c', 'cat /proc/1/comm >&2; echo to stderr >&2; exit 3'];
    const { planned, output } = await applied('debugContainer', { pod: ref(), target: 'app', argv });
    expect(planned).toMatchObject({ dryRun: 'server', preimage: {} });
    expect(planned.warnings).toContainEqual(expect.stringMatching(/cannot be removed/));
    expect(output).toMatchObject({ verdict: 'fail', exitCode: 3, output: 'httpd\nto stderr\n' });

    const step = cluster.changing('debugContainer');
    const input = { pod: ref(), target: 'app', argv, profile: 'general', timeoutSeconds: 20, limitBytes: 8 };
    expect(await step.apply(input, planned.preconditions, context())).toMatchObject({
      output: { exitCode: 3, output: 'httpd\nto', truncated: expect.stringMatching(/8 bytes/) },
    });
    expect(await step.probe(input, planned.preconditions, context())).toMatchObject({ state: 'applied' });
    expect((await web()).spec?.ephemeralContainers).toHaveLength(1);
  });

  test('ends by itself when its time is up', async () => {
    const { output } = await applied('debugContainer', {
      pod: ref(),
      argv: ['sleep', '600'],
      timeoutSeconds: 1,
    });
    expect(output).toMatchObject({
      verdict: 'fail',
      reason: expect.stringMatching(/did not end within 1 s/),
    });
  });

  test('a profile gives its rights, and a program that is not in the image is no finding', async () => {
    const { output } = await applied('debugContainer', {
      pod: ref(),
      argv: ['no-such-program'],
      profile: 'netadmin',
    });
    expect(output).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringMatching(/could not be started/),
    });
    const name = debugContainerName(operation());
    const made = (await web()).spec?.ephemeralContainers?.find((c) => c.name === name);
    expect(made?.securityContext?.capabilities?.add).toEqual(['NET_ADMIN', 'NET_RAW']);
  });

  test('of a container that was restarted since, and of a pod that was replaced: nothing is added', async () => {
    const step = cluster.changing('debugContainer');
    const input = {
      pod: ref(),
      target: 'app',
      argv: ['id'],
      profile: 'general',
      timeoutSeconds: 5,
      limitBytes: 9,
    };
    const uid = (await web()).metadata?.uid;
    const before = (await web()).spec?.ephemeralContainers?.length;
    for (const expected of [
      { uid, targetId: 'containerd://before' },
      { uid: 'of-another', targetId: null },
    ]) {
      await expect(step.apply(input, expected, context())).rejects.toMatchObject({ kind: 'conflict' });
    }
    expect(await step.probe(input, { uid, targetId: null }, context())).toEqual({ state: 'not-applied' });
    expect((await web()).spec?.ephemeralContainers).toHaveLength(before!);
  });
});

describe('nodeDebug', () => {
  const left = () =>
    cluster.admin
      .read<V1Pod>({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: probePodName(operation()), namespace: cluster.details.workload.probeNamespace },
      })
      .catch(() => undefined);

  test('sees the files and processes of the node; its pod is gone afterwards', async () => {
    const argv = ['sh', '-c', 'cat /host/etc/hostname; cat /proc/1/comm'];
    const { output, planned } = await applied('nodeDebug', { node, argv });
    expect(planned.dryRun).toBe('server');
    expect(output).toMatchObject({ verdict: 'pass', exitCode: 0, output: `${node}\nsystemd\n` });
    expect(await left()).toBeUndefined();
  });

  test('one whose worker died: its pod has a probe’s label, the probe takes it up and removes it', async () => {
    const step = cluster.changing('nodeDebug');
    const argv = ['echo', 'late'];
    const input = { node, argv, profile: 'netadmin', timeoutSeconds: 20, limitBytes: 100 };
    const { preconditions } = await step.plan(input, context());
    expect(await step.probe(input, preconditions, context())).toMatchObject({ state: 'unknown' });
    const settings = cluster.change.probe;
    const of = { operation: operation(), node, command: argv, seconds: 20, settings };
    await cluster.admin.create(nodeDebugPod('netadmin')(of) as never);
    expect((await left())?.metadata?.labels).toMatchObject({ [PROBE_LABEL]: 'true' });
    expect(await step.probe(input, preconditions, context())).toMatchObject({
      state: 'applied',
      output: { verdict: 'pass', output: 'late\n' },
    });
    expect(await left()).toBeUndefined();
  });

  test('cancelled while it runs: the pod is removed', async () => {
    const step = cluster.changing('nodeDebug');
    const input = { node, argv: ['sleep', '60'], profile: 'sysadmin', timeoutSeconds: 60, limitBytes: 100 };
    const { preconditions } = await step.plan(input, context());
    const cancelled = new AbortController();
    const stops = context({ signal: cancelled.signal, heartbeat: () => cancelled.abort() });
    await expect(step.apply(input, preconditions, stops)).rejects.toMatchObject({ kind: 'unknown-outcome' });
    expect(await left()).toBeUndefined();
  });
});
