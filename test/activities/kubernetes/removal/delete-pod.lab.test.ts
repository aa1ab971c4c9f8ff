import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { V1Pod } from '@kubernetes/client-node';
import { call, inSeconds } from '../calls.ts';
import { openCluster, type Cluster } from '../cluster.ts';
import type { Pod } from '../../../../activities/kubernetes/contract.ts';
import { barePod, CRASH, deployment, SLEEP } from '../scene.ts';
import { until } from '../../../setup/until.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await openCluster('delete');
  await cluster.make(deployment(cluster, 'crashing', { command: CRASH }));
  await cluster.make(deployment(cluster, 'steady', { command: SLEEP }));
});
afterAll(() => cluster.close());

const step = () => cluster.changing('deletePod');
const podsOf = async (app: string) => {
  const input = { namespace: cluster.namespace, selector: `app=${app}`, limit: 50 };
  return ((await cluster.reading('listPods')(input, call())) as { pods: Pod[] }).pods;
};
const podOf = (app: string, condition: Pod['condition'], least = 0) =>
  until(
    async () => (await podsOf(app)).find((p) => p.condition === condition && p.restarts >= least),
    async () =>
      `${app} is never ${condition}: ${JSON.stringify((await podsOf(app)).map((p) => [p.status, p.because]))}`,
  );
const ask = (pod: { namespace: string; name: string; uid?: string }, evenIfHealthy = false) => ({
  pod: { namespace: pod.namespace, name: pod.name, ...(pod.uid && { uid: pod.uid }) },
  evenIfHealthy,
});
const writes = (since: Date) => cluster.writes({ since, namespace: cluster.namespace, resource: 'pods' });

test('a crashing pod is deleted once, though its restart count moves between approval and carry-out', async () => {
  const pod = await podOf('crashing', 'sick');
  const since = new Date();
  const planned = await step().plan(ask(pod), call());
  expect(planned).toMatchObject({
    dryRun: 'server',
    diff: [
      { path: `pod/${pod.namespace}/${pod.name}`, before: { uid: pod.uid, node: pod.node }, after: null },
    ],
    preconditions: { uid: pod.uid, node: pod.node, owner: { kind: 'ReplicaSet' }, sick: true },
    warnings: [expect.stringMatching(/successor has room on/)],
  });
  expect(planned.risk).toBeUndefined();
  expect(await writes(since)).toEqual([]);
  const untouched = await cluster.admin.read<V1Pod>({ apiVersion: 'v1', kind: 'Pod', metadata: pod });
  expect([untouched.metadata?.uid, untouched.metadata?.deletionTimestamp]).toEqual([pod.uid, undefined]);

  await podOf('crashing', 'sick', pod.restarts + 1);
  expect(await step().apply(ask(pod), planned.preconditions, call())).toMatchObject({ outcome: 'applied' });
  expect(await writes(since)).toMatchObject([{ verb: 'delete', name: pod.name }]);
  expect(await step().probe(ask(pod), planned.preconditions, call())).toMatchObject({ state: 'applied' });

  await until(
    async () => (await podsOf('crashing')).every((p) => p.uid !== pod.uid),
    () => 'it stays',
  );
  expect(await step().apply(ask(pod), planned.preconditions, call())).toMatchObject({
    outcome: 'already-satisfied',
    output: { note: 'it was gone already' },
  });
  expect(await writes(since)).toHaveLength(1);
});

test('a pod that has recovered since the approval is left alone, and it is said', async () => {
  const pod = await podOf('steady', 'healthy');
  const since = new Date();
  const healthy = await step().plan(ask(pod), call());
  expect(healthy).toMatchObject({
    diff: [],
    warnings: [expect.stringMatching(/is healthy, not sick: it is left alone/)],
  });
  const approvedWhenSick = { ...(healthy.preconditions as object), sick: true };
  expect(await step().apply(ask(pod), approvedWhenSick, call())).toMatchObject({
    outcome: 'not-needed',
    output: { note: 'it is healthy now (ready)' },
  });
  expect(await step().probe(ask(pod), approvedWhenSick, call())).toEqual({ state: 'not-applied' });
  expect(await writes(since)).toEqual([]);
});

test('a healthy pod is deleted when that was asked', async () => {
  const pod = await podOf('steady', 'healthy');
  const planned = await step().plan(ask(pod, true), call());
  expect(planned.diff).toHaveLength(1);
  expect(await step().apply(ask(pod, true), planned.preconditions, call())).toMatchObject({
    outcome: 'applied',
  });
  await until(async () =>
    (await podsOf('steady')).some((p) => p.uid !== pod.uid && p.condition === 'healthy'),
  );
});

test('a bare pod raises the risk; another one of its name is not touched', async () => {
  const bare = barePod(cluster, 'alone', CRASH);
  await cluster.make(bare);
  const pod = await podOf('alone', 'sick');
  const planned = await step().plan(ask(pod), call());
  expect(planned).toMatchObject({ risk: 'irreversible', warnings: [expect.stringMatching(/no controller/)] });

  await cluster.admin.delete(bare, undefined, undefined, 0);
  await until(() =>
    cluster.admin.read<V1Pod>(bare).then(
      () => false,
      () => true,
    ),
  );
  await cluster.admin.create(bare);
  const since = new Date();
  await expect(step().apply(ask(pod), planned.preconditions, call())).rejects.toMatchObject({
    kind: 'conflict',
    message: expect.stringMatching(/was replaced: another one has its name now/),
  });
  await expect(step().plan(ask(pod), call())).rejects.toMatchObject({ kind: 'conflict' });
  expect(await step().probe(ask(pod), planned.preconditions, call())).toMatchObject({
    state: 'applied',
    output: { note: 'it is gone' },
  });
  expect(await writes(since)).toEqual([]);
  expect((await cluster.admin.read<V1Pod>(bare)).metadata?.deletionTimestamp).toBeUndefined();
});

test('nothing is deleted after the deadline', async () => {
  const pod = await podOf('crashing', 'sick');
  const { preconditions } = await step().plan(ask(pod), call());
  const since = new Date();
  await expect(
    step().apply(ask(pod), preconditions, call({ deadline: inSeconds(-1) })),
  ).rejects.toMatchObject({ kind: 'retryable' });
  expect(await writes(since)).toEqual([]);
});

test('where the account may not delete, the plan is refused already; a pod that is not there is invalid or gone', async () => {
  const outside = { namespace: 'kube-system', name: 'nothing-here' };
  await expect(step().plan(ask(outside), call())).rejects.toMatchObject({ kind: 'invalid' });
  expect(await step().plan(ask({ ...outside, uid: 'u' }), call())).toMatchObject({
    diff: [],
    warnings: [expect.stringMatching(/is gone already/)],
  });
  const other = {
    ...barePod(cluster, 'elsewhere', CRASH),
    metadata: { name: 'elsewhere', namespace: 'default' },
  };
  await cluster.make(other);
  await until(
    async () =>
      (await cluster.admin.read<V1Pod>(other)).status?.containerStatuses?.[0]?.lastState?.terminated,
  );
  await expect(step().plan(ask({ namespace: 'default', name: 'elsewhere' }), call())).rejects.toMatchObject({
    kind: 'refused',
    message: expect.stringMatching(/Not allowed to delete pods "elsewhere" in namespace "default"/),
  });
});
