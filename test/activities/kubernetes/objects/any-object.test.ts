import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createKubernetesClients, type KubernetesClient } from '../../../../activities/kubernetes/clients.ts';
import { CREATED_BY } from '../../../../activities/kubernetes/contract/objects.ts';
import { applyObject } from '../../../../activities/kubernetes/objects/apply-object.ts';
import { conditionMet } from '../../../../activities/kubernetes/objects/condition-met.ts';
import { deleteObject } from '../../../../activities/kubernetes/objects/delete-object.ts';
import { call } from '../calls.ts';
import { json, startSmallApiServer, type SmallApiServer } from '../small-api-server.ts';

let server: SmallApiServer;
let client: KubernetesClient;
let bodies: unknown[];
const object = { group: '', resource: 'configmaps', namespace: 'shop', name: 'api' };
const data = { DB_PASSWORD: 'hunter2', 'token.txt': 'sesame', MODE: 'slow' };
const metadata = { name: 'api', namespace: 'shop', uid: 'u', annotations: { [CREATED_BY]: 'ours' } };
const present = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };

beforeAll(async () => {
  server = await startSmallApiServer();
});
afterAll(() => server.remove());
beforeEach(() => {
  client = createKubernetesClients({ kubeconfig: server.kubeconfig });
  bodies = [];
  server.answer = (request, response, body) => {
    if (request.method === 'DELETE') bodies.push(JSON.parse(body));
    const resources = [{ name: 'configmaps', kind: 'ConfigMap', namespaced: true }];
    if (/\/api\/v1$/.test(request.url!)) return json(response, 200, { resources });
    json(response, 200, request.method === 'PATCH' ? { ...present, data: { MODE: 'fast' } } : present);
  };
});
afterEach(() => client.close());

test('a deletion takes what the object owns along, as its dry run says', async () => {
  const step = deleteObject(client).implementation;
  const { preconditions } = await step.plan({ object }, call());
  await step.apply({ object }, preconditions, call());
  const options = { propagationPolicy: 'Background', preconditions: { uid: 'u' } };
  expect(bodies).toEqual([
    expect.objectContaining({ ...options, dryRun: ['All'] }),
    expect.not.objectContaining({ dryRun: ['All'] }),
  ]);
  expect(bodies[1]).toMatchObject(options);
});

test('the difference that an apply shows has no secrets, and nor has its undo', async () => {
  const planned = await applyObject(client).implementation.plan(
    { object, manifest: { data: { MODE: 'fast' } }, force: false },
    call(),
  );
  expect(planned.diff).toEqual([
    { path: 'data.DB_PASSWORD', before: '(hidden)', after: null },
    { path: 'data.MODE', before: 'slow', after: 'fast' },
    { path: 'data["token.txt"]', before: '(hidden)', after: null },
  ]);
  expect(JSON.stringify(planned)).not.toMatch(/hunter2|sesame/);
});

test('what this operation made is applied, whatever others have changed in it since', async () => {
  const step = applyObject(client).implementation;
  const input = { object, manifest: { data: { MODE: 'fast' } }, force: false };
  const expected = { uid: null, differences: 'other' };
  expect(await step.probe(input, expected, call({ operation: 'ours' }))).toMatchObject({
    state: 'applied',
    output: { uid: 'u', created: true },
  });
  expect(await step.probe(input, expected, call({ operation: 'another' }))).toEqual({ state: 'not-applied' });
});

test('what was made and takes others along has no undo', () => {
  const step = applyObject(client).implementation;
  const made = { uid: null, restore: null, present: {}, written: {} };
  const undone = (of: object) => step.undo!(made, { input: { object: of }, operation: 'ours' });
  expect(undone({ group: '', resource: 'namespaces', name: 'shop' })).toBeUndefined();
  expect(undone(object)).toMatchObject({ change: { step: 'kubernetes.deleteObject' } });
});

test('a condition on a secret value is judged, and its reason does not say it', async () => {
  const met = (path: string) => conditionMet(client).run({ object, for: `jsonpath=${path}=fast` }, call());
  expect(await met('{.data.MODE}')).toEqual({
    verdict: 'fail',
    reason: 'configmaps/shop/api: {.data.MODE} is slow, not fast',
  });
  for (const path of ['{.data.DB_PASSWORD}', '{.data.token\\.txt}']) {
    expect(await met(path)).toEqual({
      verdict: 'fail',
      reason: `jsonpath=${path}=fast of configmaps/shop/api looks like a secret`,
    });
  }
});
