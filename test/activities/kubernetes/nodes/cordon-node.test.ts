import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { ImplementedChange } from '../../../../activities/kit/index.ts';
import { createKubernetesClients, type KubernetesClient } from '../../../../activities/kubernetes/clients.ts';
import { cordonNode } from '../../../../activities/kubernetes/nodes/cordon-node.ts';
import { call, inSeconds } from '../calls.ts';
import { rawNode } from '../objects.ts';
import { json, startSmallApiServer, status, type SmallApiServer } from '../small-api-server.ts';

let server: SmallApiServer;
let client: KubernetesClient;
let step: ImplementedChange['implementation'];
const expected = { uid: 'uid-w3', unschedulable: false, cordonedBy: null };

const patches = () => server.requests.filter((r) => r.startsWith('PATCH')).length;

beforeAll(async () => {
  server = await startSmallApiServer();
});
afterAll(() => server.remove());
beforeEach(() => {
  server.requests.length = 0;
  client = createKubernetesClients({ kubeconfig: server.kubeconfig, requestTimeoutMs: 60_000 });
  step = cordonNode(client).implementation;
});
afterEach(() => client.close());

test('a 409 is no end: the facts are read again and the write repeated', async () => {
  let version = 1;
  server.answer = (request, response, body) => {
    if (request.method === 'GET') {
      const node = rawNode('w3');
      json(response, 200, { ...node, metadata: { ...node.metadata, resourceVersion: String(version) } });
    } else if (patches() < 4) {
      version++;
      status(response, 409, 'Conflict');
    } else {
      const sent = JSON.parse(body) as { metadata: object; spec: object };
      json(response, 200, { metadata: { ...rawNode('w3').metadata, ...sent.metadata }, spec: sent.spec });
    }
  };
  const applied = await step.apply({ node: 'w3' }, expected, call());
  expect(applied).toEqual({
    outcome: 'applied',
    output: { node: 'w3', uid: 'uid-w3', unschedulable: true, cordonedBy: 'test/run-1/0/change-0' },
  });
  expect(patches()).toBe(4);
});

test('a plan reads the node once, and again only when somebody wrote in between', async () => {
  const node = () => ({ ...rawNode('w3'), metadata: { ...rawNode('w3').metadata, resourceVersion: '1' } });
  let conflicts = 0;
  server.answer = (request, response) => {
    if (request.method === 'PATCH')
      return conflicts-- > 0
        ? status(response, 409, 'Conflict')
        : json(response, 200, { ...node(), spec: { unschedulable: true } });
    json(response, 200, request.url?.startsWith('/api/v1/nodes/w3') ? node() : { items: [node()] });
  };
  const looks = () => server.requests.filter((r) => r.startsWith('GET /api/v1/nodes/w3')).length;
  const planned = await step.plan({ node: 'w3' }, call());
  expect(planned.diff).toMatchObject([{ path: 'spec.unschedulable', after: true }]);
  expect(looks()).toBe(1);
  conflicts = 1;
  await step.plan({ node: 'w3' }, call());
  expect(looks()).toBe(3);
});

test('409 for ever ends with the deadline, and nothing is written after it', async () => {
  server.answer = (request, response) =>
    request.method === 'GET' ? json(response, 200, rawNode('w3')) : status(response, 409, 'Conflict');
  await expect(step.apply({ node: 'w3' }, expected, call({ deadline: inSeconds(5) }))).rejects.toMatchObject({
    kind: 'retryable',
  });
  const written = patches();
  expect(written).toBeGreaterThan(1);
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(patches()).toBe(written);
});

test('a process that slept between looking and writing does not write', async () => {
  const deadline = inSeconds(0.3);
  server.answer = (_, response) => {
    // What SIGSTOP does: time passes and no timer fires.
    while (Date.now() < deadline.getTime() + 50);
    json(response, 200, rawNode('w3'));
  };
  await expect(step.apply({ node: 'w3' }, expected, call({ deadline }))).rejects.toMatchObject({
    kind: 'retryable',
  });
  expect(patches()).toBe(0);
});

test('a write without an answer is not known, and not repeated', async () => {
  server.answer = (request, response) => {
    if (request.method === 'GET') json(response, 200, rawNode('w3'));
    else response.socket?.destroy();
  };
  await expect(step.apply({ node: 'w3' }, expected, call())).rejects.toMatchObject({
    kind: 'unknown-outcome',
  });
  expect(patches()).toBe(1);
});

test('another node of the same name is left alone', async () => {
  server.answer = (_, response) =>
    json(response, 200, { ...rawNode('w3'), metadata: { name: 'w3', uid: 'another' } });
  await expect(step.apply({ node: 'w3' }, expected, call())).rejects.toMatchObject({
    kind: 'conflict',
    message: 'Node w3 was replaced: another one has its name now',
  });
  expect(patches()).toBe(0);
});
