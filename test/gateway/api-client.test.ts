import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { createApiClient } from '../../gateway/api-client.ts';

/** A server that answers each request with the next of these. */
async function answering(...answers: { status: number; body: string }[]) {
  const server = createServer((_, response) => {
    const { status, body } = answers.shift() ?? { status: 500, body: '{}' };
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { api: createApiClient({ url: `http://127.0.0.1:${port}`, token: 'ns_x' }), server };
}

test('a watch that comes back when too many ask waits and goes on; one that may not, ends', async () => {
  const busy = { status: 429, body: '{"code":"too-many-requests","message":"try again in 1 minute"}' };
  const forbidden = { status: 403, body: '{"code":"missing-scope","message":"this needs another token"}' };
  const { api, server } = await answering(busy, forbidden);
  try {
    const watched = api.watch('r/k/1');
    expect((await watched.next()).value).toEqual({ kind: 'reconnecting', why: 'try again in 1 minute' });
    await expect(watched.next()).rejects.toThrow('this needs another token');
  } finally {
    server.close();
  }
});
