import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { V1Deployment } from '@kubernetes/client-node';
import type { Revision } from '../../../../activities/kubernetes/contract.ts';
import { call, inSeconds } from '../calls.ts';
import { openCluster, type Cluster } from '../cluster.ts';
import { deployment, SLEEP } from '../scene.ts';
import { until } from '../../../setup/until.ts';

let cluster: Cluster;
const env = (value: string) => [{ name: 'VERSION', value }];
const version = (value: string) =>
  deployment(cluster, 'api', { command: SLEEP, env: env(value), cause: `version ${value}` });

beforeAll(async () => {
  cluster = await openCluster('rollout');
  await cluster.make(version('one'));
  await complete();
  await roll('two');
  await complete();
});
afterAll(() => cluster.close());

const ref = () => ({ namespace: cluster.namespace, kind: 'Deployment', name: 'api' });
const statusOf = () =>
  cluster.reading('rolloutStatus')(ref(), call()) as Promise<{
    verdict: string;
    state: string;
    reason: string;
  }>;
const complete = () =>
  until(
    async () => (await statusOf()).state === 'complete',
    async () => JSON.stringify(await statusOf()),
  );
const revisions = async () =>
  ((await cluster.reading('rolloutHistory')(ref(), call())) as { revisions: Revision[] }).revisions;
const patch = (body: object) =>
  cluster.admin.patch(
    { ...version('x'), ...body } as never,
    undefined,
    undefined,
    'kubectl-edit',
    undefined,
    'application/merge-patch+json',
  );
const roll = (value: string) => patch({ metadata: version(value).metadata, spec: version(value).spec });
const undo = () => cluster.changing('rolloutUndo');
const back = async (to: string) => {
  const { revision, templateHash } = (await revisions()).find((r) => r.changeCause === `version ${to}`)!;
  return { namespace: cluster.namespace, deployment: 'api', toRevision: revision, templateHash };
};
const present = async () =>
  (await cluster.admin.read<V1Deployment>(version('x'))).spec?.template.spec?.containers[0]?.env?.[0]?.value;
const writes = (since: Date) =>
  cluster.writes({ since, namespace: cluster.namespace, resource: 'deployments' });

test('history and status as kubectl tells them', async () => {
  expect(await revisions()).toMatchObject([
    { revision: 1, changeCause: 'version one', current: false, replicas: 0 },
    { revision: 2, changeCause: 'version two', current: true, replicas: 1, ready: 1 },
  ]);
  expect(await statusOf()).toMatchObject({ verdict: 'pass', state: 'complete', revision: 2 });
});

test('two revisions are compared field by field, in the order that is asked, and a number that is none is named', async () => {
  const compare = (from: number, to: number) =>
    cluster.reading('compareRevisions')({ ...ref(), from, to }, call());
  const path = 'spec.containers[name=app].env[name=VERSION].value';
  expect(await compare(1, 2)).toMatchObject({
    from: { changeCause: 'version one' },
    to: { changeCause: 'version two' },
    differences: [{ path, before: 'one', after: 'two' }],
  });
  expect(await compare(2, 1)).toMatchObject({ differences: [{ path, before: 'two', after: 'one' }] });
  await expect(compare(1, 9)).rejects.toMatchObject({ kind: 'invalid', next: 'There are 1, 2.' });
});

test('a rollback to a named revision shows what changes, is made once, and can be undone', async () => {
  const input = await back('one');
  const since = new Date();
  const planned = await undo().plan(input, call());
  expect(planned).toMatchObject({
    dryRun: 'server',
    diff: [
      {
        path: 'metadata.annotations["kubernetes.io/change-cause"]',
        before: 'version two',
        after: 'version one',
      },
      {
        path: 'spec.template.spec.containers[name=app].env[name=VERSION].value',
        before: 'two',
        after: 'one',
      },
    ],
    warnings: expect.arrayContaining([expect.stringMatching(/All 1 pods of api are replaced/)]),
  });
  expect(await writes(since)).toEqual([]);
  expect(await undo().probe(input, planned.preconditions, call())).toEqual({ state: 'not-applied' });
  expect(await undo().apply(input, planned.preconditions, call())).toMatchObject({ outcome: 'applied' });
  expect(await undo().probe(input, planned.preconditions, call())).toMatchObject({ state: 'applied' });
  expect(await undo().apply(input, planned.preconditions, call())).toMatchObject({
    outcome: 'already-satisfied',
  });
  expect(await writes(since)).toHaveLength(1);
  expect(await present()).toBe('one');
  await complete();
  expect((await revisions()).find((r) => r.current)).toMatchObject({
    revision: 3,
    changeCause: 'version one',
  });

  const inverse = undo().undo?.(planned.preimage, { input, operation: 'o' });
  expect(inverse).toMatchObject({ change: { input: { toRevision: 2 } } });
  expect(await undo().apply(inverse!.change.input, inverse!.preconditions, call())).toMatchObject({
    outcome: 'applied',
  });
  expect(await present()).toBe('two');
  await complete();
});

test('the present revision again: nothing to do', async () => {
  const input = await back('two');
  const planned = await undo().plan(input, call());
  expect(planned).toMatchObject({ diff: [], warnings: [expect.stringMatching(/already: nothing changes/)] });
  expect(await undo().apply(input, planned.preconditions, call())).toMatchObject({
    outcome: 'already-satisfied',
  });
});

test('a hash that is not that revision, and a revision that does not exist, are named', async () => {
  const input = await back('one');
  await expect(undo().plan({ ...input, templateHash: 'nope' }, call())).rejects.toMatchObject({
    kind: 'conflict',
    next: 'Read the rollout history again.',
  });
  await expect(undo().plan({ ...input, toRevision: 99 }, call())).rejects.toMatchObject({
    kind: 'invalid',
    message: 'There is no revision 99',
  });
});

test('a template that somebody edited since the approval, and a paused Deployment, are conflicts; scaling is not', async () => {
  const input = await back('one');
  const { preconditions } = await undo().plan(input, call());
  await patch({ metadata: { name: 'api', namespace: cluster.namespace }, spec: { paused: true } });
  const since = new Date();
  await expect(undo().apply(input, preconditions, call())).rejects.toMatchObject({
    kind: 'conflict',
    message: expect.stringMatching(/is paused/),
  });
  await expect(undo().plan(input, call())).rejects.toMatchObject({
    next: expect.stringMatching(/kubectl rollout resume/),
  });
  await patch({ metadata: { name: 'api', namespace: cluster.namespace }, spec: { paused: false } });
  await expect(undo().apply(input, preconditions, call({ deadline: inSeconds(-1) }))).rejects.toMatchObject({
    kind: 'retryable',
  });
  await roll('three');
  await expect(undo().apply(input, preconditions, call())).rejects.toMatchObject({
    kind: 'conflict',
    message: expect.stringMatching(/was changed since this was planned/),
  });
  expect(await undo().probe(input, preconditions, call())).toMatchObject({ state: 'unknown' });
  expect(await writes(since)).toEqual([]);

  await complete();
  const again = await undo().plan(input, call());
  await patch({ metadata: { name: 'api', namespace: cluster.namespace }, spec: { replicas: 2 } });
  expect(await undo().apply(input, again.preconditions, call())).toMatchObject({ outcome: 'applied' });
  expect((await cluster.admin.read<V1Deployment>(version('x'))).spec?.replicas).toBe(2);
});

test('what happened here shows in what changed', async () => {
  const seen = (await cluster.reading('whatChanged')(
    { namespaces: [cluster.namespace], minutes: 10, limit: 300 },
    call(),
  )) as { changes: { kind: string; summary: string; object: string }[] };
  const rollouts = seen.changes.filter((c) => c.kind === 'rollout').map((c) => c.summary);
  expect(rollouts).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/\(version one\)/),
      expect.stringMatching(/\(version three\)/),
    ]),
  );
});
