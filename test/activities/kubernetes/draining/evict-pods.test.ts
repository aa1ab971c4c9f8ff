import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { ApplyContext } from '../../../../activities/kit/index.ts';
import type { RawPod } from '../../../../activities/kubernetes/client/raw.ts';
import { createApiClient, type ApiClient } from '../../../../activities/kubernetes/client/client.ts';
import { evictPods } from '../../../../activities/kubernetes/draining/evict-pods.ts';
import { call, inSeconds } from '../calls.ts';
import { rawPod } from '../objects.ts';
import { startSmallApiServer, type SmallApiServer } from '../small-api-server.ts';

/** A server that evicts as a test says, and a node that the evicted leave. */
let server: SmallApiServer;
let api: ApiClient;
let there: RawPod[];
/** What the next evictions answer, each once; 201 when there is nothing. */
let answers: { status: number; body?: object }[];
let asked: { name: string; uid: string }[];

beforeAll(async () => {
  server = await startSmallApiServer();
  api = createApiClient({ kubeconfig: server.kubeconfig, requestTimeoutMs: 60_000 });
});
afterAll(async () => {
  await api.close();
  await server.remove();
});
beforeEach(() => {
  there = ['a', 'b', 'c'].map((name) => rawPod({ metadata: { name, uid: name, labels: { app: 'shop' } } }));
  answers = [];
  asked = [];
  server.answer = (_, response, body) => {
    const { metadata, deleteOptions } = JSON.parse(body) as {
      metadata: { name: string };
      deleteOptions: { preconditions: { uid: string } };
    };
    const { status, body: said = {} } = answers.shift() ?? { status: 201 };
    asked.push({ name: metadata.name, uid: deleteOptions.preconditions.uid });
    if (status === 201) there = there.filter((p) => p.metadata?.name !== metadata.name);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
  };
});

const BUDGET = [
  { metadata: { name: 'shop', namespace: 'payments' }, spec: { selector: { matchLabels: { app: 'shop' } } } },
];
const NO = {
  status: 429,
  body: {
    kind: 'Status',
    reason: 'TooManyRequests',
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    details: {
      causes: [
        {
          reason: 'DisruptionBudget',
          message: 'The disruption budget shop needs 2 healthy pods and has 2 currently',
        },
      ],
    },
  },
};
const evict = (seconds: number, budgets = BUDGET, whyWait?: ApplyContext['whyWait']) =>
  evictPods(
    api,
    { present: async () => there, budgets, until: inSeconds(seconds), tell: () => undefined, whyWait },
    call(),
  );

test('each pod is asked for once, by its UID', async () => {
  expect(await evict(120)).toEqual({ evicted: 3, left: [], unanswered: [] });
  expect(asked).toEqual(['a', 'b', 'c'].map((name) => ({ name, uid: name })));
});

test('a budget that says no is asked again only in the next round, and for one pod', async () => {
  answers = [{ status: 201 }, NO];
  expect(await evict(120)).toEqual({ evicted: 3, left: [], unanswered: [] });
  expect(asked.map((a) => a.name)).toEqual(['a', 'b', 'b', 'c']);
});

test('when the time is up, what is left says what keeps it', async () => {
  answers = Array.from({ length: 50 }, () => NO);
  const { evicted, left } = await evict(5);
  expect(evicted).toBe(0);
  expect(left).toHaveLength(3);
  expect(left[2]).toMatchObject({
    name: 'c',
    why: 'payments/shop: The disruption budget shop needs 2 healthy pods and has 2 currently',
  });
});

test('an answer that was lost is settled by looking: nothing is asked for twice that has gone', async () => {
  server.answer = ((plain) => (request, response, body) => {
    if (asked.length > 0) return plain(request, response, body);
    asked.push({ name: 'a', uid: 'a' });
    there = there.filter((p) => p.metadata?.name !== 'a');
    request.socket.destroy();
  })(server.answer);
  expect(await evict(120)).toMatchObject({ left: [] });
  expect(asked.map((a) => a.name)).toEqual(['a', 'b', 'c']);
});

test('another pod of the same name, or none, is no error', async () => {
  answers = [{ status: 409 }, { status: 404 }];
  there = there.slice(0, 2);
  setTimeout(() => (there = []), 200);
  expect(await evict(120)).toMatchObject({ left: [] });
});

test('an account that may not evict ends it at once', async () => {
  answers = [{ status: 403 }];
  await expect(evict(120)).rejects.toMatchObject({ kind: 'refused' });
  expect(asked).toHaveLength(1);
});

test('a pod for which there is no room in a disruption budget is not asked for until there is, and says so', async () => {
  let full = true;
  const whyWait: ApplyContext['whyWait'] = async ({ name }) =>
    name === 'b' && full ? 'disruption budget "shop": 1 is away' : undefined;
  expect(await evict(5, BUDGET, whyWait)).toMatchObject({
    evicted: 2,
    left: [{ name: 'b', why: 'disruption budget "shop": 1 is away' }],
  });
  expect(asked.map((a) => a.name)).toEqual(['a', 'c']);
  full = false;
  expect(await evict(120, BUDGET, whyWait)).toMatchObject({ left: [] });
});
