import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { V1Service } from '@kubernetes/client-node';
import { call } from '../calls.ts';
import { openCluster, type Cluster } from '../cluster.ts';
import { deployment, SLEEP } from '../scene.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await openCluster('target');
  await cluster.make(deployment(cluster, 'api', { command: SLEEP }));
  await cluster.make({
    ...object(),
    spec: {
      selector: { app: 'api', track: 'old' },
      ports: [
        { name: 'h', port: 80, targetPort: 'http' },
        { name: 'm', port: 90 },
      ],
    },
  });
});
afterAll(() => cluster.close());

const object = () => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'api', namespace: cluster.namespace },
});
const present = async () => (await cluster.admin.read<V1Service>(object())).spec!;
const patch = (spec: object) =>
  cluster.admin.patch(
    { ...object(), spec } as never,
    undefined,
    undefined,
    'kubectl-edit',
    undefined,
    'application/merge-patch+json',
  );
const named = () => ({ namespace: cluster.namespace, service: 'api' });

test('what a Service selects, beside what the workloads offer and who wrote it last', async () => {
  const seen = await cluster.reading('serviceBackends')(named(), call());
  expect(seen).toMatchObject({
    service: {
      selector: { app: 'api', track: 'old' },
      ports: [
        { port: 80, targetPort: 'http', readyEndpoints: 0 },
        { name: 'm', port: 90, targetPort: '90' },
      ],
      applied: null,
      lastEdit: { at: expect.any(String) },
    },
    workloads: [{ kind: 'Deployment', name: 'api', labels: { app: 'api' }, selected: false, before: null }],
  });
  const nobody = { namespace: cluster.namespace, service: 'nobody' };
  expect(await cluster.reading('serviceBackends')(nobody, call())).toEqual({ service: null, workloads: [] });
});

test('a label out of the selector and a port elsewhere: shown by a dry run, written once, undone', async () => {
  const step = cluster.changing('setServiceTarget');
  const input = { ...named(), selector: { track: null }, targetPorts: { '80/TCP': '8080' } };
  const since = new Date();
  const planned = await step.plan(input, call());
  expect(planned).toMatchObject({
    dryRun: 'server',
    diff: expect.arrayContaining([{ path: 'spec.selector.track', before: 'old', after: null }]),
  });
  expect(JSON.stringify(planned.diff)).toContain('8080');
  expect((await present()).selector).toEqual({ app: 'api', track: 'old' });
  expect(await step.probe(input, planned.preconditions, call())).toEqual({ state: 'not-applied' });
  expect(await step.apply(input, planned.preconditions, call())).toMatchObject({ outcome: 'applied' });
  expect(await step.apply(input, planned.preconditions, call())).toMatchObject({
    outcome: 'already-satisfied',
  });
  expect(await step.probe(input, planned.preconditions, call())).toMatchObject({ state: 'applied' });
  const audited = await cluster.writes({ since, namespace: cluster.namespace, resource: 'services' });
  expect(audited).toHaveLength(1);
  expect(await present()).toMatchObject({
    selector: { app: 'api' },
    ports: [
      { port: 80, targetPort: 8080 },
      { port: 90, targetPort: 90 },
    ],
  });

  const undo = step.undo!(planned.preimage, { input, operation: 'o' })!;
  expect(await step.apply(undo.change.input, undo.preconditions, call())).toMatchObject({
    outcome: 'applied',
  });
  expect(await present()).toMatchObject({
    selector: { app: 'api', track: 'old' },
    ports: [{ targetPort: 'http' }, { targetPort: 90 }],
  });
});

test('somebody else changes the selector after the plan: a conflict, and nobody is overwritten', async () => {
  const step = cluster.changing('setServiceTarget');
  const input = { ...named(), selector: { track: 'new' }, targetPorts: {} };
  const planned = await step.plan(input, call());
  await patch({ selector: { track: 'theirs' } });
  await expect(step.apply(input, planned.preconditions, call())).rejects.toMatchObject({
    kind: 'conflict',
    message: expect.stringMatching(/was changed since this was planned/),
  });
  expect(await step.probe(input, planned.preconditions, call())).toMatchObject({ state: 'unknown' });
  expect((await present()).selector).toEqual({ app: 'api', track: 'theirs' });
});

test('a port that it does not have, and a selector for everybody, are refused with what to do', async () => {
  const step = cluster.changing('setServiceTarget');
  const plan = (asked: object) => step.plan({ ...named(), selector: {}, targetPorts: {}, ...asked }, call());
  await expect(plan({ targetPorts: { '81/TCP': 'http' } })).rejects.toMatchObject({
    kind: 'invalid',
    next: 'It has 80/TCP, 90/TCP.',
  });
  await expect(plan({ selector: { app: null, track: null } })).rejects.toThrow(/would select nothing at all/);
});
