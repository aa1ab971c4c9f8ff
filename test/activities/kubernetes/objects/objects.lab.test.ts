import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CREATED_BY } from '../../../../activities/kubernetes/contract/objects.ts';
import { until } from '../../../setup/until.ts';
import { call } from '../calls.ts';
import { openCluster, type Cluster } from '../cluster.ts';
import { kubectl } from '../kubectl.ts';

let cluster: Cluster;
/** A kind of this file's own. */
const GROUP = `p${process.pid}.nightshift.test`;
const KIND = `widgets.${GROUP}`;
const widget = (name: string) => ({ group: GROUP, resource: 'widgets', namespace: cluster.namespace, name });
const manifest = (name: string, spec: object, more: object = {}) => ({
  apiVersion: `${GROUP}/v1`,
  kind: 'Widget',
  metadata: { name, namespace: cluster.namespace, ...more },
  spec,
});
const hand = (...argv: string[]) => kubectl(cluster, '-n', cluster.namespace, ...argv);
const spec = async (name: string) =>
  JSON.parse((await hand('get', KIND, name, '-o', 'jsonpath={.spec}')).stdout) as unknown;

beforeAll(async () => {
  cluster = await openCluster('objects');
  // As the library's model calls it: a name that it does not know would be dropped.
  const openSchema = { type: 'object', x_kubernetes_preserve_unknown_fields: true };
  await cluster.make({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: { type: 'object', properties: { spec: openSchema, status: openSchema } },
          },
          subresources: { status: {} },
        },
      ],
    },
  });
  await until(async () => (await hand('get', KIND)).exitCode === 0);
  await cluster.make({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'widgets', namespace: cluster.namespace },
    rules: [
      { apiGroups: [GROUP], resources: ['widgets'], verbs: ['get', 'list', 'create', 'patch', 'delete'] },
    ],
  });
  await cluster.make({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'widgets', namespace: cluster.namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'widgets' },
    subjects: ['nightshift-read', 'nightshift-change'].map((name) => ({
      kind: 'ServiceAccount',
      name,
      namespace: 'nightshift-probes',
    })),
  });
  const read = cluster.reading('getObject');
  await until(() =>
    read({ object: widget('none') }, call()).then(
      () => true,
      () => undefined,
    ),
  );
});
afterAll(async () => {
  await hand('patch', KIND, 'kept', '--type=merge', '-p', '{"metadata":{"finalizers":null}}');
  await cluster.close();
});

test('custom resources are read whole, by value and in lists, without secrets; JSONPath finds what kubectl finds', async () => {
  await cluster.make(
    manifest(
      'read',
      {
        size: 3,
        token: 'sesame',
        parts: [
          { name: 'a', on: true },
          { name: 'b', on: false },
        ],
      },
      {
        labels: { kind: 'shown', 'app.kubernetes.io/managed-by': 'Helm' },
      },
    ),
  );
  const get = cluster.reading('getObject');
  expect(await get({ object: widget('read') }, call())).toMatchObject({
    found: true,
    deployedBy: ['Helm'],
    object: { spec: { size: 3, token: '(hidden)' }, metadata: { name: 'read' } },
  });
  for (const path of [
    '{.spec.size}',
    '{.spec.parts[*].name}',
    '{.spec.parts[?(@.name=="b")].on}',
    '{.spec.parts[-1].name}',
    '{.spec.none}',
  ]) {
    const { fields } = (await get({ object: widget('read'), fields: { it: path } }, call())) as {
      fields: { it: unknown[] };
    };
    const { stdout } = await hand('get', KIND, 'read', '-o', `jsonpath=${path}`);
    expect([path, fields.it.join(' ')]).toEqual([path, stdout]);
  }
  const list = cluster.reading('listObjects');
  const { name: _, ...kind } = widget('read');
  expect(
    await list({ object: kind, selector: 'kind=shown', fields: { size: '.spec.size' }, limit: 10 }, call()),
  ).toMatchObject({ objects: [{ name: 'read', fields: { size: [3] } }] });
  await expect(get({ object: { ...widget('read'), resource: 'wodgets' } }, call())).rejects.toMatchObject({
    kind: 'invalid',
    message: `The server doesn't have a resource type "wodgets.${GROUP}"`,
  });
});

test('a condition is met when kubectl wait says so, and a stale one is not', async () => {
  await cluster.make(manifest('waiting', { a: 1 }));
  const met = cluster.reading('conditionMet');
  const status = (value: object) =>
    hand(
      'patch',
      KIND,
      'waiting',
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify({ status: value }),
    );
  const both = async (text: string) => {
    const { verdict } = (await met({ object: widget('waiting'), for: text }, call())) as { verdict: string };
    const { exitCode } = await hand('wait', `${KIND}/waiting`, `--for=${text}`, '--timeout=0s');
    return [verdict, exitCode === 0];
  };
  expect(await both('condition=Ready')).toEqual(['unknown', false]);
  await status({ observedGeneration: 1, phase: 'Up', conditions: [{ type: 'Ready', status: 'True' }] });
  expect(await both('condition=Ready')).toEqual(['pass', true]);
  expect(await both('jsonpath={.status.phase}=Up')).toEqual(['pass', true]);
  expect(await both('jsonpath={.status.phase}=Down')).toEqual(['fail', false]);
  await hand('patch', KIND, 'waiting', '--type=merge', '-p', '{"spec":{"a":2}}');
  expect(await both('condition=Ready')).toEqual(['unknown', false]);
});

test('a patch: its diff, the fields as they were seen, written once, undone', async () => {
  await cluster.make(
    manifest(
      'patched',
      { size: 1, list: [1], keep: 'x' },
      {
        labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' },
      },
    ),
  );
  const step = cluster.changing('patchObject');
  const input = { object: widget('patched'), patch: { spec: { size: 2, list: [1, 2], fresh: true } } };
  const since = new Date();
  const planned = await step.plan(input, call());
  expect(planned).toMatchObject({
    dryRun: 'server',
    diff: [
      { path: 'spec.fresh', before: null, after: true },
      { path: 'spec.list', before: [1], after: [1, 2] },
      { path: 'spec.size', before: 1, after: 2 },
    ],
    warnings: expect.arrayContaining([expect.stringContaining('Flux')]),
  });
  expect(await cluster.writes({ since, namespace: cluster.namespace, resource: 'widgets' })).toEqual([]);
  expect(await step.probe(input, planned.preconditions, call())).toEqual({ state: 'not-applied' });
  expect(await step.apply(input, planned.preconditions, call())).toMatchObject({ outcome: 'applied' });
  expect(await step.apply(input, planned.preconditions, call())).toMatchObject({
    outcome: 'already-satisfied',
  });
  expect(await step.probe(input, planned.preconditions, call())).toMatchObject({ state: 'applied' });
  const undo = step.undo!(planned.preimage, { input, operation: 'o' })!;
  expect(await step.apply(undo.change.input, undo.preconditions, call())).toMatchObject({
    outcome: 'applied',
  });
  expect(await spec('patched')).toEqual({ size: 1, list: [1], keep: 'x' });

  const again = await step.plan(input, call());
  await hand('patch', KIND, 'patched', '--type=merge', '-p', '{"spec":{"size":9}}');
  await expect(step.apply(input, again.preconditions, call())).rejects.toMatchObject({ kind: 'conflict' });
  expect(await step.probe(input, again.preconditions, call())).toMatchObject({ state: 'unknown' });
  await expect(step.plan({ ...input, patch: { spec: { password: 'x' } } }, call())).rejects.toMatchObject({
    kind: 'refused',
  });
});

test('apply makes it where it is not there, marks it, and its undo deletes only what it made', async () => {
  const [apply, remove] = [cluster.changing('applyObject'), cluster.changing('deleteObject')];
  const input = { object: widget('made'), manifest: { spec: { size: 1 } }, force: false };
  const ours = call({ operation: 'test/run-1/0/change-3' });
  const planned = await apply.plan(input, ours);
  expect(planned).toMatchObject({
    preconditions: { uid: null },
    warnings: [expect.stringContaining('is made anew')],
  });
  expect(await apply.probe(input, planned.preconditions, ours)).toEqual({ state: 'not-applied' });
  expect(await apply.apply(input, planned.preconditions, ours)).toMatchObject({
    outcome: 'applied',
    output: { created: true },
  });
  expect(await apply.probe(input, planned.preconditions, ours)).toMatchObject({ state: 'applied' });
  expect((await hand('get', KIND, 'made', '-o', 'yaml')).stdout).toContain(
    `${CREATED_BY}: test/run-1/0/change-3`,
  );
  const undo = apply.undo!(planned.preimage, { input, operation: ours.operation })!;
  expect(undo.change.step).toBe('kubernetes.deleteObject');
  await expect(
    remove.apply(undo.change.input, { uid: null, createdBy: 'another' }, call()),
  ).rejects.toMatchObject({ kind: 'conflict' });
  expect(await remove.apply(undo.change.input, undo.preconditions, call())).toMatchObject({
    outcome: 'applied',
  });
  expect(await remove.probe(undo.change.input, undo.preconditions, call())).toMatchObject({
    state: 'applied',
  });
  expect(await remove.apply(undo.change.input, undo.preconditions, call())).toMatchObject({
    outcome: 'already-satisfied',
  });
});

test('fields that others set are named with their managers; force takes them over and says so', async () => {
  await cluster.make(manifest('owned', { other: 'x' }));
  await hand('patch', KIND, 'owned', '--type=merge', '--field-manager=the-team', '-p', '{"spec":{"size":1}}');
  const step = cluster.changing('applyObject');
  const input = { object: widget('owned'), manifest: { spec: { size: 2 } }, force: false };
  await expect(step.plan(input, call())).rejects.toMatchObject({
    kind: 'conflict',
    message: `Others set fields that this would change: "the-team" using ${GROUP}/v1 sets .spec.size`,
  });
  const forced = { ...input, force: true };
  const planned = await step.plan(forced, call());
  expect(planned).toMatchObject({
    diff: [{ path: 'spec.size', before: 1, after: 2 }],
    warnings: [`It takes over fields that others set: "the-team" using ${GROUP}/v1 sets .spec.size`],
  });
  await hand('patch', KIND, 'owned', '--type=merge', '--field-manager=the-team', '-p', '{"spec":{"size":5}}');
  await expect(step.apply(forced, planned.preconditions, call())).rejects.toMatchObject({ kind: 'conflict' });
  const again = await step.plan(forced, call());
  expect(await step.apply(forced, again.preconditions, call())).toMatchObject({ outcome: 'applied' });
  const undo = step.undo!(again.preimage, { input: forced, operation: 'o' })!;
  expect(
    await cluster.changing('patchObject').apply(undo.change.input, undo.preconditions, call()),
  ).toMatchObject({
    outcome: 'applied',
  });
  expect(await spec('owned')).toEqual({ other: 'x', size: 5 });
});

test('a delete is of exactly this object, and says what keeps it', async () => {
  await cluster.make(manifest('kept', {}, { finalizers: ['nightshift.test/wait'] }));
  const step = cluster.changing('deleteObject');
  const input = { object: widget('kept') };
  const planned = await step.plan(input, call());
  expect(planned.warnings![0]).toBe('It stays until these are done: nightshift.test/wait');
  await expect(step.apply(input, { uid: 'another', createdBy: null }, call())).rejects.toMatchObject({
    kind: 'conflict',
    message: expect.stringContaining('was replaced'),
  });
  expect(await step.apply(input, planned.preconditions, call())).toMatchObject({ outcome: 'applied' });
  expect(await step.probe(input, planned.preconditions, call())).toMatchObject({
    output: { note: 'it is being deleted' },
  });
  await hand('patch', KIND, 'kept', '--type=merge', '-p', '{"metadata":{"finalizers":null}}');
});
