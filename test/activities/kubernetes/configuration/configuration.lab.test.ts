import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { V1ConfigMap } from '@kubernetes/client-node';
import { call } from '../calls.ts';
import { openCluster, type Cluster } from '../cluster.ts';
import { deployment, SLEEP } from '../scene.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await openCluster('config');
  const applied = JSON.stringify({ data: { RETRIES: '3', file: 'a\nb\nc\n' } });
  await cluster.make({
    ...object(),
    metadata: {
      ...object().metadata,
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': applied },
    },
    data: { RETRIES: 'three', file: 'a\nB\nc\n', other: 'o' },
  });
  const api = deployment(cluster, 'api', { command: SLEEP });
  const [container] = api.spec.template.spec.containers;
  Object.assign(container!, {
    envFrom: [{ configMapRef: { name: 'settings' } }, { secretRef: { name: 'hidden', optional: true } }],
    env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'gone', key: 'x', optional: true } } }],
  });
  await cluster.make(api);
});
afterAll(() => cluster.close());

const object = () => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: cluster.namespace },
});
const data = async () => (await cluster.admin.read<V1ConfigMap>(object())).data;
const named = () => ({ namespace: cluster.namespace, configMap: 'settings' });

test('what a workload is configured by: there, gone, and not for these eyes', async () => {
  const ref = { namespace: cluster.namespace, kind: 'Deployment', name: 'api' };
  expect(await cluster.reading('configurationOf')(ref, call())).toMatchObject({
    found: true,
    sources: [
      { kind: 'ConfigMap', name: 'gone', state: 'missing' },
      {
        kind: 'ConfigMap',
        name: 'settings',
        state: 'there',
        keys: ['RETRIES', 'file', 'other'],
        lastEdit: { at: expect.any(String) },
        changes: [
          { key: 'RETRIES', applied: '3', present: 'three' },
          { key: 'file', applied: 'a\nb\nc\n', present: 'a\nB\nc\n' },
          { key: 'other', applied: null, present: 'o' },
        ],
      },
      { kind: 'Secret', name: 'hidden', state: 'not-seen' },
    ],
  });
});

test('keys are set once, shown line by line, and undone; the others stay', async () => {
  const step = cluster.changing('setConfigMapKeys');
  const input = { ...named(), values: { RETRIES: '3', file: 'a\nb\nc\n', other: null } };
  const since = new Date();
  const planned = await step.plan(input, call());
  expect(planned).toMatchObject({
    dryRun: 'server',
    diff: [
      { path: 'data["RETRIES"]', before: 'three', after: '3' },
      { path: 'data["file"] from line 2', before: 'B', after: 'b' },
      { path: 'data["other"]', before: 'o', after: null },
    ],
  });
  expect((await data())?.['RETRIES']).toBe('three');
  expect(await step.probe(input, planned.preconditions, call())).toEqual({ state: 'not-applied' });
  expect(await step.apply(input, planned.preconditions, call())).toMatchObject({ outcome: 'applied' });
  expect(await step.apply(input, planned.preconditions, call())).toMatchObject({
    outcome: 'already-satisfied',
  });
  expect(await step.probe(input, planned.preconditions, call())).toMatchObject({ state: 'applied' });
  expect(await data()).toEqual({ RETRIES: '3', file: 'a\nb\nc\n' });
  expect(await cluster.writes({ since, namespace: cluster.namespace, resource: 'configmaps' })).toHaveLength(
    1,
  );

  const undo = step.undo!(planned.preimage, { input, operation: 'o' })!;
  expect(await step.apply(undo.change.input, undo.preconditions, call())).toMatchObject({
    outcome: 'applied',
  });
  expect(await data()).toEqual({ RETRIES: 'three', file: 'a\nB\nc\n', other: 'o' });
});

test('an edit by somebody else of a named key is a conflict, of another key is none', async () => {
  const step = cluster.changing('setConfigMapKeys');
  const input = { ...named(), values: { RETRIES: '5' } };
  const edit = (change: object) =>
    cluster.admin.patch(
      { ...object(), data: change } as never,
      undefined,
      undefined,
      'kubectl-edit',
      undefined,
      'application/merge-patch+json',
    );
  const planned = await step.plan(input, call());
  await edit({ RETRIES: '4' });
  await expect(step.apply(input, planned.preconditions, call())).rejects.toMatchObject({ kind: 'conflict' });
  expect(await step.probe(input, planned.preconditions, call())).toMatchObject({ state: 'unknown' });
  const again = await step.plan(input, call());
  await edit({ other: 'theirs' });
  expect(await step.apply(input, again.preconditions, call())).toMatchObject({ outcome: 'applied' });
  expect(await data()).toMatchObject({ RETRIES: '5', other: 'theirs' });
});

test('what looks like a secret does not get into a plan', async () => {
  const step = cluster.changing('setConfigMapKeys');
  for (const values of [{ DB_PASSWORD: 'x' }, { URL: 'amqp://u:p@h' }, { 'app.yml': 'password: x' }]) {
    await expect(step.plan({ ...named(), values }, call())).rejects.toMatchObject({ kind: 'refused' });
  }
});
