import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createApiClient, type ApiClient } from '../../../../activities/kubernetes/client/client.ts';
import { until } from '../../../setup/until.ts';
import { call, inSeconds } from '../calls.ts';
import { json, startSmallApiServer, status, type SmallApiServer } from '../small-api-server.ts';

let server: SmallApiServer;
let api: ApiClient;
const list = { kind: 'PodList', items: [], metadata: {} };
const patch = { name: 'w3', patch: { spec: { unschedulable: true } }, type: 'merge-patch' as const };

beforeAll(async () => {
  server = await startSmallApiServer();
});
afterAll(() => server.remove());
beforeEach(() => {
  api = createApiClient({ kubeconfig: server.kubeconfig, requestTimeoutMs: 60_000 });
  server.requests.length = 0;
});
afterEach(() => api.close());

test('ten calls one after the other share a connection, two at most', async () => {
  server.answer = (_, response) => json(response, 200, list);
  const before = server.handshakes();
  for (let i = 0; i < 10; i++) await api.list('pods', {}, call());
  expect(server.requests.length).toBe(10);
  expect(server.handshakes() - before).toBeLessThanOrEqual(2);
});

test('a server that pages nothing and sends a hundred thousand objects at once is read', async () => {
  const items = Array.from({ length: 150_000 }, () => 0);
  server.answer = (_, response) => json(response, 200, { items });
  expect((await api.list('pods', {}, call())).items.length).toBe(150_000);
});

test.each([
  ['brackets', '['.repeat(1_000_000), 'nested deeper than 200 levels'],
  ['a bomb that ends', `{"items":${'['.repeat(3_000)}${']'.repeat(3_000)}}`, 'nested deeper than 200 levels'],
  ['half of it', '{"items":[', 'the answer is not JSON'],
  ['no object', 'null', 'the answer is no object'],
])('an answer of the wrong shape is a failure that says so: %s', async (_, body, message) => {
  server.answer = (_request, response) => void response.end(body);
  await expect(api.get('pods', { namespace: 'a', name: 'b' }, call())).rejects.toMatchObject({
    name: 'StepFailure',
    message: expect.stringContaining(message),
  });
});

test('long lists are read page by page, and cut where it was asked', async () => {
  server.answer = (request, response) => {
    const next = new URL(request.url!, 'https://x').searchParams.get('continue');
    const items = [{ metadata: { name: next ?? 'first' } }];
    json(response, 200, {
      items,
      metadata: { continue: next === 'third' ? '' : next === 'second' ? 'third' : 'second' },
    });
  };
  const whole = await api.list('pods', { namespace: 'a' }, call());
  expect([whole.items.map((p) => p.metadata?.name), whole.more]).toEqual([
    ['first', 'second', 'third'],
    false,
  ]);
  const some = await api.list('pods', { atMost: 2 }, call());
  expect([some.items.length, some.more]).toEqual([2, true]);
});

test('of Secrets only the metadata is asked for', async () => {
  let accept: string | undefined;
  server.answer = (request, response) => {
    accept = request.headers.accept;
    json(response, 200, list);
  };
  await api.listMetadata('secrets', {}, call());
  expect(accept).toBe('application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1');
});

describe.each([
  [
    '429',
    (r: Parameters<typeof status>[0]) => status(r, 429, 'TooManyRequests', { 'retry-after': '3000' }),
    'retryable',
    'retryable',
  ],
  [
    '500',
    (r: Parameters<typeof status>[0]) => status(r, 500, 'InternalError'),
    'retryable',
    'unknown-outcome',
  ],
  ['403', (r: Parameters<typeof status>[0]) => status(r, 403, 'Forbidden'), 'refused', 'refused'],
  ['409', (r: Parameters<typeof status>[0]) => status(r, 409, 'Conflict'), 'conflict', 'conflict'],
  [
    'a reset connection',
    (r: Parameters<typeof status>[0]) => r.socket?.destroy(),
    'retryable',
    'unknown-outcome',
  ],
  [
    'half an answer',
    (r: Parameters<typeof status>[0]) =>
      void r.writeHead(200, { 'content-length': '50' }).write('{', () => r.socket?.destroy()),
    'retryable',
    'unknown-outcome',
  ],
  [
    'something that is no JSON',
    (r: Parameters<typeof status>[0]) => void r.writeHead(200).end('<html>'),
    'retryable',
    'unknown-outcome',
  ],
])('a server that gives %s', (_, answer, forRead, forWrite) => {
  beforeEach(() => {
    server.answer = (_request, response) => void answer(response);
  });
  test(`a read is ${forRead}`, async () => {
    await expect(api.list('pods', {}, call())).rejects.toMatchObject({ name: 'StepFailure', kind: forRead });
  });
  test(`a write is ${forWrite}`, async () => {
    await expect(api.patch('nodes', patch, call())).rejects.toMatchObject({
      name: 'StepFailure',
      kind: forWrite,
    });
  });
  test('a dry run is a read', async () => {
    await expect(api.patch('nodes', { ...patch, dryRun: true }, call())).rejects.toMatchObject({
      kind: forRead,
    });
  });
});

describe('a server that gives no answer at all', () => {
  let impatient: ApiClient;
  beforeEach(() => {
    server.answer = () => undefined;
    impatient = createApiClient({ kubeconfig: server.kubeconfig, requestTimeoutMs: 60_000 });
  });
  afterEach(() => impatient.close());
  const inAMoment = () => call({ deadline: inSeconds(3) });

  test('a read is retryable', async () => {
    await expect(impatient.list('pods', {}, inAMoment())).rejects.toMatchObject({
      kind: 'retryable',
      message: expect.stringMatching(/no answer in time/),
    });
  });
  test('a write that went out is not known', async () => {
    server.answer = (request, response) => {
      if (request.method === 'GET') json(response, 200, list);
    };
    await impatient.list('pods', {}, call());
    await expect(impatient.patch('nodes', patch, inAMoment())).rejects.toMatchObject({
      kind: 'unknown-outcome',
    });
    expect(server.requests.at(-1)).toMatch(/^PATCH/);
  });
});

describe('a server that puts requests off', () => {
  const twice = (code: number, headers = {}) => {
    let left = 2;
    server.answer = (_, response) =>
      left-- > 0 ? status(response, code, 'TooManyRequests', headers) : json(response, 200, list);
  };
  const read = () => api.list('pods', {}, call());
  const write = () => api.patch('nodes', patch, call());

  test('is asked again, for reads and writes: it has done nothing yet', async () => {
    twice(429, { 'retry-after': '1' });
    const since = Date.now();
    await read();
    expect(Date.now() - since).toBeGreaterThanOrEqual(2_000);
    twice(429);
    await write();
    expect(server.requests.map((r) => r.split(' ')[0])).toEqual([
      'GET',
      'GET',
      'GET',
      'PATCH',
      'PATCH',
      'PATCH',
    ]);
  });
  test('with 503 is asked again where the request changes nothing', async () => {
    twice(503, { 'retry-after': '1' });
    await read();
    twice(503, { 'retry-after': '1' });
    await expect(write()).rejects.toMatchObject({ kind: 'unknown-outcome' });
  });
  test('for longer than the call has time is not waited for: its Retry-After is handed on', async () => {
    twice(429, { 'retry-after': '60' });
    await expect(api.list('pods', {}, call({ deadline: inSeconds(30) }))).rejects.toMatchObject({
      kind: 'retryable',
      facts: { status: 429, retryAfterSeconds: 60 },
    });
    expect(server.requests.length).toBe(1);
  });
  test('is not asked again by a call that was cancelled meanwhile', async () => {
    twice(429, { 'retry-after': '10' });
    const cancelled = new AbortController();
    const reading = api.list('pods', {}, call({ signal: cancelled.signal }));
    const { answer } = server;
    server.answer = (...of) => {
      answer(...of);
      setTimeout(() => cancelled.abort(), 50);
    };
    await expect(reading).rejects.toMatchObject({ kind: 'retryable', facts: { status: 429 } });
    expect(server.requests.length).toBe(1);
  });
  test('as its disruption budget says is not asked again here', async () => {
    server.answer = (_, response) =>
      json(response, 429, {
        kind: 'Status',
        message: 'no',
        details: { causes: [{ reason: 'DisruptionBudget', message: 'needs 2' }] },
      });
    await expect(api.evict({ namespace: 'a', name: 'b', uid: 'u' }, call())).rejects.toMatchObject({
      kind: 'refused',
    });
    expect(server.requests.length).toBe(1);
  });
});

test('two hundred calls at once share sixteen connections', async () => {
  server.answer = (_, response) => json(response, 200, list);
  const before = server.handshakes();
  await Promise.all(Array.from({ length: 200 }, () => api.list('pods', {}, call())));
  expect(server.requests.length).toBe(200);
  expect(server.handshakes() - before).toBeLessThanOrEqual(16);
});

test('after silence, or after every connection was cut, the next call has a connection that works', async () => {
  server.answer = () => undefined;
  await expect(api.list('pods', {}, call({ deadline: inSeconds(3) }))).rejects.toMatchObject({
    kind: 'retryable',
  });
  server.answer = (_, response) => json(response, 200, list);
  await api.list('pods', {}, call());
  server.cut();
  await until(() =>
    api.list('pods', {}, call()).then(
      () => true,
      () => false,
    ),
  );
});

describe('nothing is sent', () => {
  test('when the deadline has passed: a process that was asleep does not write late', async () => {
    await expect(api.patch('nodes', patch, call({ deadline: inSeconds(-1) }))).rejects.toMatchObject({
      kind: 'retryable',
      message: 'Did not patch nodes "w3": its time was up before anything was sent',
    });
    expect(server.requests).toEqual([]);
  });
  test('when the call was cancelled before', async () => {
    await expect(api.patch('nodes', patch, call({ signal: AbortSignal.abort() }))).rejects.toMatchObject({
      kind: 'retryable',
    });
    expect(server.requests).toEqual([]);
  });
  test('to a server whose certificate is not trusted: it can never succeed like this', async () => {
    const stranger = createApiClient({ kubeconfig: server.untrusted, requestTimeoutMs: 1_000 });
    await expect(stranger.patch('nodes', patch, call())).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/certificate of the API server .* cannot be trusted/),
    });
    await stranger.close();
    expect(server.requests).toEqual([]);
  });
  test('to a port where TCP works and TLS never comes: a write may be tried again', async () => {
    const deaf = createServer(() => undefined);
    await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
    const { port } = deaf.address() as AddressInfo;
    const kubeconfig = JSON.parse(
      JSON.stringify(server.kubeconfig).replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`),
    ) as Record<string, unknown>;
    const waiting = createApiClient({ kubeconfig, requestTimeoutMs: 300 });
    await expect(waiting.patch('nodes', patch, call())).rejects.toMatchObject({ kind: 'retryable' });
    await waiting.close();
    deaf.close();
  });
});

test('a write that is cancelled on its way may have happened', async () => {
  const cancelled = new AbortController();
  server.answer = () => cancelled.abort();
  await expect(api.patch('nodes', patch, call({ signal: cancelled.signal }))).rejects.toMatchObject({
    kind: 'unknown-outcome',
  });
});

test('more than was allowed is not read', async () => {
  server.answer = (_, response) => void response.writeHead(200).end('x'.repeat(5_000));
  await expect(api.log({ namespace: 'a', name: 'b' }, {}, call(), 1_000)).rejects.toMatchObject({
    kind: 'retryable',
    message: expect.stringMatching(/longer than 1000 bytes/),
  });
});

test('a server that is down is retryable, also for a write: nothing was sent', async () => {
  const gone = await startSmallApiServer();
  const client = createApiClient({ kubeconfig: gone.kubeconfig, requestTimeoutMs: 1_000 });
  await gone.remove();
  await expect(client.patch('nodes', patch, call())).rejects.toMatchObject({ kind: 'retryable' });
  await client.close();
});

describe('a kubeconfig that cannot be used names what is wrong', () => {
  test.each<[string, Record<string, unknown> | string, RegExp]>([
    ['a file that is not there', '/nowhere/kubeconfig', /\/nowhere\/kubeconfig cannot be read/],
    [
      'a context that it does not have',
      { contexts: [], clusters: [], users: [], 'current-context': 'prod' },
      /no context "prod"; it has none/,
    ],
  ])('%s', (_, kubeconfig, message) => {
    expect(() => createApiClient({ kubeconfig, requestTimeoutMs: 1 })).toThrow(message);
  });
});
