import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { V1Pod } from '@kubernetes/client-node';
import type { Artefact } from '../../../../activities/kit/index.ts';
import { createKubernetesClients } from '../../../../activities/kubernetes/clients.ts';
import { profilePython } from '../../../../activities/kubernetes/profiling/profile-python.ts';
import { bringDebugImages } from '../../../../lab/images/debug-images.ts';
import { ORDERS_IMAGE } from '../../../../lab/images/image-names.ts';
import { until } from '../../../setup/until.ts';
import { call, inSeconds } from '../calls.ts';
import { openCluster, type Cluster } from '../cluster.ts';
import { barePod } from '../scene.ts';

/** Nobody listens at port 1 of the pod itself; it connects as long as it lives. */
const CONNECTS = 'while :; do nc -w 1 127.0.0.1 1 </dev/null; sleep 0.1; done';

let cluster: Cluster;
let asked = 0;
beforeAll(async () => {
  cluster = await openCluster('profilers');
  await bringDebugImages(cluster.details.stateDirectory);
  await cluster.make(orders());
  await cluster.make(barePod(cluster, 'caller', ['sh', '-c', CONNECTS]));
  for (const pod of [orders(), barePod(cluster, 'caller')])
    await until(
      async () => (await cluster.admin.read<V1Pod>(pod)).status?.phase === 'Running',
      () => `${pod.metadata?.name} does not run`,
    );
}, 300_000);
afterAll(() => cluster.close());

/** As pods ought to be: not root, which is what keeps a debug container of the same user from looking into it. */
function orders() {
  const { spec, ...pod } = barePod(cluster, 'orders');
  const [container] = spec.containers;
  const { command: _, ...rest } = container!;
  const env = [{ name: 'COMPARE', value: 'pairs' }];
  const securityContext = { runAsUser: 65534, runAsNonRoot: true };
  return { ...pod, spec: { ...spec, securityContext, containers: [{ ...rest, image: ORDERS_IMAGE, env }] } };
}

const context = (different = {}) =>
  call({
    operation: `test/profilers-${process.pid}/${asked}/change-0`,
    deadline: inSeconds(180),
    ...different,
  });

async function take(
  name: 'profilePython' | 'profileSyscalls' | 'traceConnects',
  { pod, ...different }: { readonly pod: string; readonly nonblocking?: boolean },
) {
  asked++;
  const kept: Artefact[] = [];
  const keep = async (artefact: Artefact) => {
    kept.push(artefact);
    const { name: file, mediaType, content } = artefact;
    return { name: file, mediaType, sha256: 'a'.repeat(64), bytes: content.length };
  };
  const step = cluster.changing(name);
  const input = {
    pod: { namespace: cluster.namespace, name: pod },
    pid: 1,
    seconds: 2,
    nonblocking: true,
    ...different,
  };
  const planned = await step.plan(input, context());
  const { output } = await step.apply(input, planned.preconditions, context({ keep }));
  return { input, planned, output, kept };
}

test('profilePython names the function that does not end; the program goes on, and its plan says what it may', async () => {
  const { input, planned, output, kept } = await take('profilePython', { pod: 'orders' });
  expect(planned.risk).toBeUndefined();
  expect(planned.diff[0]?.after).toMatchObject({ sees: 'app', as: 'root, with SYS_PTRACE' });
  expect(output).toMatchObject({
    verdict: 'pass',
    reason: expect.stringMatching(/samples are in find_duplicates_in_pairs \(\/srv\/orders\.py:\d+\)/),
    hotPath: [
      { function: '<module>' },
      { function: 'serve' },
      { function: 'find_duplicates_in_pairs', own: true },
    ],
    artefacts: [{ name: 'python-of-orders.svg' }, { name: 'python-of-orders.folded.txt' }],
  });
  expect(Buffer.from(kept[0]!.content).toString()).toMatch(
    /^<svg .*find_duplicates_in_pairs \(orders\.py\)/s,
  );
  expect(Buffer.from(kept[1]!.content).toString()).toMatch(/^<module> \(orders\.py\);serve .* \d+$/m);
  const step = cluster.changing('profilePython');
  expect(await step.probe(input, planned.preconditions, context())).toMatchObject({ state: 'applied' });
  const { status } = await cluster.admin.read<V1Pod>(orders());
  expect(status?.containerStatuses?.[0]?.restartCount).toBe(0);
});

test('stopping the program for its samples is another risk; a program that is not Python says so', async () => {
  const { planned, output } = await take('profilePython', { pod: 'orders', nonblocking: false });
  expect(planned.risk).toBe('disruptive');
  expect(output).toMatchObject({ verdict: 'pass' });
  expect((await take('profilePython', { pod: 'caller' })).output).toMatchObject({
    verdict: 'fail',
    reason: 'there is no Python program in that container of caller',
  });
});

test('profileSyscalls counts the calls and their failures, and lets go of the program', async () => {
  const { output, kept } = await take('profileSyscalls', { pod: 'caller' });
  const { syscalls } = output as { syscalls: { name: string; calls: number; errors: number }[] };
  const connect = syscalls.find(({ name }) => name === 'connect');
  expect(output).toMatchObject({ verdict: 'pass' });
  expect(connect?.errors).toBeGreaterThan(0);
  expect(connect?.errors).toBe(connect?.calls);
  expect(Buffer.from(kept[0]!.content).toString()).toMatch(/^% time +seconds/m);
});

test('traceConnects names the address where nobody answers', async () => {
  const { output } = await take('traceConnects', { pod: 'caller' });
  expect(output).toMatchObject({
    verdict: 'fail',
    reason: expect.stringMatching(/^caller never reached 127\.0\.0\.1:1 in \d+ tries: ECONNREFUSED/),
  });
});

test('a debug image without py-spy is named, and nothing is said of the program', async () => {
  asked++;
  const { probeNamespace, probeImage } = cluster.details.workload;
  const bare = createKubernetesClients({
    kubeconfig: cluster.details.kubeconfigs.change,
    ...{ probeNamespace, probeImage, imagePullPolicy: 'Never', requestTimeoutMs: 60_000 },
  });
  try {
    const step = profilePython(bare).implementation;
    const input = {
      pod: { namespace: cluster.namespace, name: 'orders' },
      pid: 1,
      seconds: 1,
      nonblocking: true,
    };
    const { preconditions } = await step.plan(input, context());
    expect((await step.apply(input, preconditions, context())).output).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringMatching(/has no py-spy: set cluster\.debugImage/),
    });
  } finally {
    await bare.close();
  }
});
