import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { V1Deployment } from '@kubernetes/client-node';
import { RESTARTED_BY } from '../../../../activities/kubernetes/workloads/rollout-restart.ts';
import { call } from '../calls.ts';
import { openCluster, type Cluster } from '../cluster.ts';
import { deployment, SLEEP } from '../scene.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await openCluster('template');
  const api = deployment(cluster, 'api', { command: SLEEP, replicas: 2 });
  await cluster.make({
    ...api,
    metadata: { ...api.metadata, annotations: { 'argocd.argoproj.io/tracking-id': 'x' } },
  });
});
afterAll(() => cluster.close());

const ref = () => ({ namespace: cluster.namespace, kind: 'Deployment', name: 'api' });
const object = () => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'api', namespace: cluster.namespace },
});
const present = () => cluster.admin.read<V1Deployment>(object());
const container = async () => (await present()).spec!.template.spec!.containers[0]!;
const patch = (spec: object) =>
  cluster.admin.patch(
    { ...object(), spec } as never,
    undefined,
    undefined,
    'kubectl-edit',
    undefined,
    'application/merge-patch+json',
  );
const writes = (since: Date) =>
  cluster.writes({ since, namespace: cluster.namespace, resource: 'deployments' });

test('a limit: the diff of a dry run, who restarts and who owns it; written once; undone to the very template', async () => {
  const step = cluster.changing('setResources');
  const input = { ...ref(), container: 'app', limits: { memory: '0.25Gi' }, requests: { cpu: '10m' } };
  const since = new Date();
  const before = await container();
  const planned = await step.plan(input, call());
  expect(planned).toMatchObject({
    dryRun: 'server',
    diff: [
      {
        path: 'spec.template.spec.containers[name=app].resources.limits',
        before: null,
        after: { memory: '256Mi' },
      },
      {
        path: 'spec.template.spec.containers[name=app].resources.requests',
        before: null,
        after: { cpu: '10m' },
      },
    ],
    preimage: { limits: { memory: null }, requests: { cpu: null } },
    warnings: expect.arrayContaining([
      'All 2 pods of api are replaced, by RollingUpdate',
      'Argo CD manages it and may write its own version again: make the same change there',
    ]),
  });
  expect(await writes(since)).toEqual([]);
  expect(await step.probe(input, planned.preconditions, call())).toEqual({ state: 'not-applied' });
  expect(await step.apply(input, planned.preconditions, call())).toMatchObject({ outcome: 'applied' });
  expect(await step.probe(input, planned.preconditions, call())).toMatchObject({ state: 'applied' });
  expect(await step.apply(input, planned.preconditions, call())).toMatchObject({
    outcome: 'already-satisfied',
  });
  expect(await writes(since)).toHaveLength(1);
  expect((await container()).resources).toEqual({ limits: { memory: '256Mi' }, requests: { cpu: '10m' } });

  const undo = step.undo!(planned.preimage, { input, operation: 'o' })!;
  expect(await step.apply(undo.change.input, undo.preconditions, call())).toMatchObject({
    outcome: 'applied',
  });
  expect(await step.probe(undo.change.input, undo.preconditions, call())).toMatchObject({ state: 'applied' });
  expect(await container()).toEqual(before);
});

test('scaling in between does not matter; an edit of the template does, and a pause', async () => {
  const step = cluster.changing('setImage');
  const input = { ...ref(), container: 'app', image: 'registry.local/busybox:1@next' };
  const good = { ...input, image: cluster.details.workload.probeImage };
  expect(await step.plan(good, call())).toMatchObject({
    diff: [],
    warnings: ['api asks for this already: nothing changes'],
  });
  await expect(step.plan({ ...input, container: 'nope' }, call())).rejects.toMatchObject({
    kind: 'invalid',
    next: 'It has app.',
  });
  const planned = await step.plan({ ...good, image: 'registry.local/pause:1' }, call());
  expect(planned).toMatchObject({ preimage: { image: good.image } });

  await patch({ paused: true });
  await expect(
    step.apply({ ...good, image: 'registry.local/pause:1' }, planned.preconditions, call()),
  ).rejects.toMatchObject({ kind: 'conflict', next: expect.stringMatching(/kubectl rollout resume/) });
  await patch({ paused: false, replicas: 1 });
  expect(
    await step.apply({ ...good, image: 'registry.local/pause:1' }, planned.preconditions, call()),
  ).toMatchObject({ outcome: 'applied' });
  expect((await present()).spec!.replicas).toBe(1);

  const again = await step.plan(good, call());
  await patch({ template: { metadata: { annotations: { somebody: 'was here' } } } });
  await expect(step.apply(good, again.preconditions, call())).rejects.toMatchObject({ kind: 'conflict' });
  expect(await step.probe(good, again.preconditions, call())).toMatchObject({ state: 'unknown' });
});

test('two restarts within one second are two, and one operation is one however often it is asked', async () => {
  const step = cluster.changing('rolloutRestart');
  const restart = async (operation: string) => {
    const planned = await step.plan(ref(), call({ operation }));
    return [planned, await step.apply(ref(), planned.preconditions, call({ operation }))] as const;
  };
  const since = new Date();
  const [first, one] = await restart('test/run/0/change-0');
  const [, two] = await restart('test/run/0/change-1');
  expect([one.outcome, two.outcome]).toEqual(['applied', 'applied']);
  expect((await present()).spec!.template.metadata!.annotations).toMatchObject({
    [RESTARTED_BY]: 'test/run/0/change-1',
  });
  await expect(
    step.apply(ref(), first.preconditions, call({ operation: 'test/run/0/change-0' })),
  ).rejects.toMatchObject({ kind: 'conflict' });
  expect(await restart('test/run/0/change-1')).toMatchObject([
    { diff: [] },
    { outcome: 'already-satisfied' },
  ]);
  expect(await writes(since)).toHaveLength(2);
});

test('another object of the same name is a conflict', async () => {
  const step = cluster.changing('rolloutRestart');
  const { preconditions } = await step.plan(ref(), call({ operation: 'test/run/1/change-0' }));
  await expect(
    step.apply(
      ref(),
      { ...(preconditions as object), uid: 'another' },
      call({ operation: 'test/run/1/change-0' }),
    ),
  ).rejects.toMatchObject({ kind: 'conflict', message: expect.stringMatching(/was replaced/) });
});
