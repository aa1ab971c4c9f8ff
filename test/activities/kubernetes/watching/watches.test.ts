import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Following } from '../../../../activities/kit/index.ts';
import { createKubernetesClients, type KubernetesClient } from '../../../../activities/kubernetes/clients.ts';
import { until } from '../../../setup/until.ts';
import { json, startSmallApiServer, status, type SmallApiServer } from '../small-api-server.ts';

const W3 = { resource: 'nodes', name: 'w3' };
const signal = new AbortController().signal;

let server: SmallApiServer;
let client: KubernetesClient;
let followings: Following[];
/** The watches that are open at the server, newest last. */
let open: ServerResponse[];

beforeAll(async () => {
  server = await startSmallApiServer();
});
afterAll(() => server.remove());
beforeEach(() => {
  server.requests.length = 0;
  [followings, open] = [[], []];
  server.answer = answer;
  client = createKubernetesClients({ kubeconfig: server.kubeconfig, requestTimeoutMs: 60_000 });
});
afterEach(async () => {
  for (const one of followings) one.end();
  await client.close();
  server.cut();
});

function answer(request: IncomingMessage, response: ServerResponse): void {
  if (!request.url?.includes('watch=true'))
    return json(response, 200, { metadata: { resourceVersion: '10' }, items: [] });
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  open.push(response);
  response.on('close', () => (open = open.filter((one) => one !== response)));
}

const follow = (what = W3): Following => {
  const following = client.watches.follow([what]);
  if (!following) throw new Error('nothing is followed');
  followings.push(following);
  return following;
};
const send = (type: string, object: object) => open.at(-1)!.write(`${JSON.stringify({ type, object })}\n`);
const change = (version: string) => send('MODIFIED', { metadata: { name: 'w3', resourceVersion: version } });
const next = (following: Following, withinMs = 60_000) => following.next({ withinMs, signal });
const watchesAsked = () => server.requests.filter((r) => r.includes('watch=true'));
const versionsAsked = () =>
  watchesAsked().map((r) => new URL(r.slice(4), 'https://x').searchParams.get('resourceVersion'));

test('a change wakes; those who wait for the same objects share one watch', async () => {
  const [one, two] = [follow(), follow()];
  expect([await one.begun, await two.begun]).toEqual([true, true]);
  const woken = Promise.all([next(one), next(two)]);
  change('11');
  expect(await woken).toEqual(['changed', 'changed']);
  expect(server.requests).toEqual([
    'GET /api/v1/nodes?limit=1&fieldSelector=metadata.name%3Dw3',
    'GET /api/v1/nodes?fieldSelector=metadata.name%3Dw3&watch=true&allowWatchBookmarks=true&resourceVersion=10',
  ]);
  expect(await next(one, 20)).toBe('quiet');
});

test('a bookmark wakes nobody, and the watch goes on after it when the server ends it', async () => {
  const following = follow();
  await following.begun;
  send('BOOKMARK', { metadata: { resourceVersion: '25' } });
  expect(await next(following, 1_500)).toBe('quiet');
  open.at(-1)!.end();
  await until(() => open.length === 1 && watchesAsked().length === 2);
  expect(versionsAsked()).toEqual(['10', '25']);
  change('26');
  expect(await next(following)).toBe('changed');
});

test('what the server has forgotten is looked for anew, and those who wait look again (410)', async () => {
  const following = follow();
  await following.begun;
  send('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' });
  expect(await next(following)).toBe('changed');
  await until(() => open.length === 1);
  expect(versionsAsked()).toEqual(['10', '10']);
  expect(server.requests.filter((r) => !r.includes('watch=true'))).toHaveLength(2);
});

test('a server that forgets at once every time is asked less and less often', async () => {
  server.answer = (request, response) => {
    if (!request.url?.includes('watch=true')) return answer(request, response);
    status(response, 410, 'Gone');
  };
  const following = follow();
  expect(await following.begun).toBe(false);
  expect(watchesAsked().length).toBeLessThan(5);
});

test('when it breaks those who wait hear of it, and it comes back by itself', async () => {
  const following = follow();
  await following.begun;
  server.answer = (_, response) => status(response, 503, 'ServiceUnavailable');
  const lost = next(following);
  server.cut();
  expect(await lost).toBe('lost');
  expect(await follow().begun).toBe(false);
  server.answer = answer;
  const again = await until(async () => {
    const one = follow();
    return (await one.begun) ? one : (followings.pop()?.end(), undefined);
  });
  const woken = next(again);
  change('30');
  expect(await woken).toBe('changed');
});

test('who may not watch polls, and is not asked again soon', async () => {
  server.answer = (request, response) => {
    if (!request.url?.includes('watch=true')) return answer(request, response);
    status(response, 403, 'Forbidden');
  };
  expect(await follow().begun).toBe(false);
  expect(await follow().begun).toBe(false);
  expect(watchesAsked()).toHaveLength(1);
});

test('there are only so many watches; one that nobody listens to makes room', async () => {
  const node = (i: number) => ({ resource: 'nodes', name: `w${i}` });
  for (let i = 0; i < 6; i++) await follow(node(i)).begun;
  expect(client.watches.follow([node(6)])).toBeUndefined();
  follow(node(0));
  followings.pop()!.end();
  expect(client.watches.follow([node(6)])).toBeUndefined();
  followings.shift()!.end();
  expect(await follow(node(6)).begun).toBe(true);
  await until(() => open.length === 6);
  expect(client.watches.follow([node(0)])).toBeUndefined();
});

test('what is left is closed with its client', async () => {
  const following = follow();
  await following.begun;
  await client.close();
  expect(await next(following)).toBe('lost');
  await until(() => open.length === 0);
});

test('a token that was renewed meanwhile is shown at once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-token-'));
  const tokenFile = join(folder, 'token');
  await writeFile(tokenFile, 'old');
  await client.close();
  client = createKubernetesClients({
    kubeconfig: { ...server.kubeconfig, users: [{ name: 'u', user: { tokenFile } }] },
    requestTimeoutMs: 60_000,
  });
  const shown: (string | undefined)[] = [];
  server.answer = (request, response) => {
    if (!request.url?.includes('watch=true')) return answer(request, response);
    shown.push(request.headers.authorization);
    if (shown.length > 1) return answer(request, response);
    writeFileSync(tokenFile, 'new');
    status(response, 401, 'Unauthorized');
  };
  expect(await follow().begun).toBe(true);
  expect(shown).toEqual(['Bearer old', 'Bearer new']);
  await rm(folder, { recursive: true });
});

test('a wait that is cancelled ends', async () => {
  const following = follow();
  await following.begun;
  const cancel = new AbortController();
  const waiting = following.next({ withinMs: 60_000, signal: cancel.signal });
  cancel.abort();
  expect(await waiting).toBe('lost');
});
