import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RawPod } from '../../../../activities/kubernetes/client/raw.ts';
import { createKubernetesClients, type KubernetesClient } from '../../../../activities/kubernetes/clients.ts';
import { evictPod } from '../../../../activities/kubernetes/removal/evict-pod.ts';
import { call } from '../calls.ts';
import { rawNode, rawPod } from '../objects.ts';
import { json, startSmallApiServer, status, type SmallApiServer } from '../small-api-server.ts';

/** A server that evicts as a test says. */
let server: SmallApiServer;
let client: KubernetesClient;
let pod: RawPod | undefined;
let budgets: object[];
/** What the next evictions that are no dry run meet, each once; they are let through when there is nothing. */
let evictions: ((request: IncomingMessage, response: ServerResponse) => void)[];
let asked: { uid: string; dryRun: boolean }[];

beforeAll(async () => {
  server = await startSmallApiServer();
  client = createKubernetesClients({ kubeconfig: server.kubeconfig, requestTimeoutMs: 60_000 });
});
afterAll(async () => {
  await client.close();
  await server.remove();
});
beforeEach(() => {
  pod = owned();
  budgets = [];
  evictions = [];
  asked = [];
  server.answer = (request, response, body) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'https://x');
    if (pathname.endsWith('/eviction')) {
      const { uid } = (JSON.parse(body) as { deleteOptions: { preconditions: { uid: string } } })
        .deleteOptions.preconditions;
      const dryRun = searchParams.has('dryRun');
      asked.push({ uid, dryRun });
      const special = dryRun ? undefined : evictions.shift();
      if (special) return special(request, response);
      if (!dryRun) pod = undefined;
      return json(response, 201, {});
    }
    if (pathname.endsWith('/pods/web-1')) {
      return pod ? json(response, 200, pod) : status(response, 404, 'NotFound');
    }
    if (pathname.endsWith('/poddisruptionbudgets')) return json(response, 200, { items: budgets });
    if (pathname.endsWith('/nodes')) {
      return json(response, 200, { items: ['worker-1', 'worker-2'].map((name) => rawNode(name)) });
    }
    return json(response, 200, { items: pod ? [pod] : [] });
  };
});

const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'web', controller: true };
const owned = (metadata: object = { ownerReferences: [owner] }, uid = 'u-1') =>
  rawPod({ metadata: { name: 'web-1', uid, labels: { app: 'web' }, ...metadata } });
const budget = (name: string) => ({
  metadata: { name, namespace: 'payments' },
  spec: { selector: { matchLabels: { app: 'web' } } },
});
const saysNo = (_: unknown, response: ServerResponse) =>
  json(response, 429, {
    kind: 'Status',
    reason: 'TooManyRequests',
    details: {
      causes: [
        {
          reason: 'DisruptionBudget',
          message: 'The disruption budget web needs 2 healthy pods and has 2 currently',
        },
      ],
    },
  });
const cut = ({ socket }: IncomingMessage) => socket.destroy();

const step = () => evictPod(client).implementation;
const input = (withinSeconds = 60) => ({
  pod: { namespace: 'payments', name: 'web-1', uid: 'u-1' },
  withinSeconds,
});
const expected = {
  uid: 'u-1',
  node: 'worker-1',
  owner: { kind: 'ReplicaSet', name: 'web', uid: 'web' },
};

test('the plan is tried out at the server and names the budget that binds', async () => {
  budgets = [budget('web')];
  const planned = await step().plan(input(), call());
  expect(planned).toMatchObject({
    dryRun: 'server',
    diff: [
      {
        path: 'pod/payments/web-1',
        before: { uid: 'u-1', node: 'worker-1', owner: 'ReplicaSet/web' },
        after: null,
      },
    ],
    preconditions: expected,
    warnings: [
      expect.stringMatching(
        /^PodDisruptionBudget payments\/web covers it: it is asked until it lets the pod go/,
      ),
      expect.stringMatching(/successor has room on/),
    ],
  });
  expect(planned.risk).toBeUndefined();
  expect(step()).not.toHaveProperty('undo');
  expect(asked).toEqual([{ uid: 'u-1', dryRun: true }]);
});

test('a bare pod raises the risk; one that is gone or going changes nothing', async () => {
  pod = owned({});
  expect(await step().plan(input(), call())).toMatchObject({
    risk: 'irreversible',
    warnings: [expect.stringMatching(/no controller/)],
  });
  pod = owned({ deletionTimestamp: '2026-11-21T02:47:00Z' });
  expect(await step().plan(input(), call())).toMatchObject({
    diff: [],
    warnings: [expect.stringMatching(/is being deleted already/)],
  });
  pod = undefined;
  expect(await step().plan(input(), call())).toMatchObject({
    diff: [],
    warnings: [expect.stringMatching(/is gone already/)],
  });
  const byName = { ...input(), pod: { namespace: 'payments', name: 'web-1' } };
  await expect(step().plan(byName, call())).rejects.toMatchObject({ kind: 'invalid' });
});

test('what the eviction API never does is refused before anything is asked, at the plan and at the writing', async () => {
  budgets = [budget('web'), budget('all')];
  const twice = {
    kind: 'refused',
    message:
      'Pod payments/web-1 cannot be evicted: payments/web and payments/all both cover it, and the eviction API refuses such a pod',
  };
  await expect(step().plan(input(), call())).rejects.toMatchObject(twice);
  await expect(step().apply(input(), expected, call())).rejects.toMatchObject(twice);
  budgets = [];
  pod = owned({ annotations: { 'kubernetes.io/config.mirror': 'x' } });
  await expect(step().plan(input(), call())).rejects.toMatchObject({
    kind: 'refused',
    message: expect.stringMatching(/mirrors a static pod/),
    next: expect.stringMatching(/a file on worker-1/),
  });
  expect(asked).toEqual([]);
});

test('a budget that says no is asked again until it lets the pod go', async () => {
  evictions = [saysNo, saysNo];
  expect(await step().apply(input(), expected, call())).toEqual({
    outcome: 'applied',
    output: { namespace: 'payments', name: 'web-1', uid: 'u-1', note: 'evicted while healthy: ready' },
  });
  expect(asked).toEqual(Array.from({ length: 3 }, () => ({ uid: 'u-1', dryRun: false })));
});

test('when the time is up it is refused in the words of the budget', async () => {
  budgets = [budget('web')];
  evictions = Array.from({ length: 50 }, () => saysNo);
  await expect(step().apply(input(1), expected, call())).rejects.toMatchObject({
    kind: 'refused',
    message:
      'Pod payments/web-1 was not evicted within 1 s: payments/web: The disruption budget web needs 2 healthy pods and has 2 currently',
    next: expect.stringMatching(/trying again asks once more/),
  });
  expect(await step().probe(input(), expected, call())).toEqual({ state: 'not-applied' });
});

test('an answer that was lost is settled by looking, and is unknown where that does not tell', async () => {
  evictions = [
    (request) => {
      pod = owned({ ownerReferences: [owner], deletionTimestamp: '2026-11-21T02:47:00Z' });
      cut(request);
    },
  ];
  expect(await step().apply(input(), expected, call())).toMatchObject({
    outcome: 'applied',
    output: { note: expect.stringMatching(/answer to its eviction was lost/) },
  });
  expect(asked).toHaveLength(1);
  pod = owned();
  evictions = Array.from({ length: 50 }, () => cut);
  await expect(step().apply(input(1), expected, call())).rejects.toMatchObject({ kind: 'unknown-outcome' });
});

test('another pod of its name is a conflict, none is no error, and a moved one is not touched', async () => {
  pod = owned({ ownerReferences: [owner] }, 'u-2');
  await expect(step().apply(input(), expected, call())).rejects.toMatchObject({ kind: 'conflict' });
  expect(await step().probe(input(), expected, call())).toMatchObject({
    state: 'applied',
    output: { note: 'it is gone' },
  });
  pod = owned({ ownerReferences: [] });
  await expect(step().apply(input(), expected, call())).rejects.toMatchObject({
    kind: 'conflict',
    message: expect.stringMatching(/another node or owner/),
  });
  pod = undefined;
  expect(await step().apply(input(), expected, call())).toMatchObject({
    outcome: 'already-satisfied',
    output: { note: 'it was gone already' },
  });
  expect(asked).toEqual([]);
});

test('somebody else who deletes it while its budget says no is said', async () => {
  evictions = [
    (_, response) => {
      pod = undefined;
      saysNo(_, response);
    },
  ];
  expect(await step().apply(input(), expected, call())).toMatchObject({
    outcome: 'already-satisfied',
    output: { note: 'somebody else deleted it meanwhile' },
  });
});
