import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createApiClient } from '../../../../activities/kubernetes/client/client.ts';
import { execInContainer } from '../../../../activities/kubernetes/client/exec.ts';
import { call, inSeconds } from '../calls.ts';
import { startSmallApiServer, status, type SmallApiServer } from '../small-api-server.ts';

let server: SmallApiServer;
beforeAll(async () => {
  server = await startSmallApiServer();
});
afterAll(() => server.remove());
beforeEach(() => void (server.requests.length = 0));

async function ran(writes: boolean, { kubeconfig } = server, context = call()): Promise<unknown> {
  const api = createApiClient({ kubeconfig, requestTimeoutMs: 60_000 });
  const command = { namespace: 'shop', pod: 'api-1', container: 'api', argv: ['restart'], limitBytes: 1_000 };
  try {
    return await execInContainer(api, { ...command, writes }, context).catch((error: unknown) => error);
  } finally {
    await api.close();
  }
}

test('the answer to the upgrade is lost: whether the command was started is unknown; a reading one may be asked again', async () => {
  server.answer = (request) => request.socket.destroy();
  expect(await ran(true)).toMatchObject({ kind: 'unknown-outcome' });
  expect(await ran(false)).toMatchObject({ kind: 'retryable' });
  expect(server.requests).toEqual([
    expect.stringMatching(/pods\/api-1\/exec/),
    expect.stringMatching(/pods\/api-1\/exec/),
  ]);
});

test('a no to the upgrade, and a server that is not there: nothing was started', async () => {
  server.answer = (_, response) => status(response, 403, 'Forbidden');
  expect(await ran(true)).toMatchObject({ kind: 'refused' });
  const gone = await startSmallApiServer();
  await gone.close();
  expect(await ran(true, gone)).toMatchObject({ kind: 'retryable', facts: { code: 'ECONNREFUSED' } });
});

/** A frame that is answered by whoever has opened the WebSocket (RFC 6455, 5.5.2). */
const PING = Buffer.from([0x89, 0]);

/** Says yes to the upgrade, and nothing from then on. */
function upgrade({ headers, socket }: IncomingMessage): void {
  const key = `${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const [protocol = ''] = headers['sec-websocket-protocol']?.split(/, */) ?? [];
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    ...['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Protocol: ${protocol}`],
    `Sec-WebSocket-Accept: ${createHash('sha1').update(key).digest('base64')}`,
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
}

/** Calls off a command that was started: before its connection is open here, or after. */
async function cancelled(writes: boolean, isOpen: boolean) {
  const cancel = new AbortController();
  const arrived = new Promise<IncomingMessage>((resolve) => {
    server.answer = (request) => {
      upgrade(request);
      resolve(request);
    };
  });
  // Only the cancellation can end it: neither the deadline nor the server does.
  const answer = ran(writes, server, call({ signal: cancel.signal, deadline: inSeconds(3_600) }));
  const request = await arrived;
  if (isOpen) {
    const answered = once(request.socket, 'data');
    request.socket.write(PING);
    await answered;
  }
  const closed = once(request.socket, 'close');
  let said = 0;
  request.socket.on('data', (chunk: Buffer) => (said += chunk.length));
  cancel.abort();
  const failure = await answer;
  await closed;
  // A WebSocket that asks the other side to close waits half a minute for its answer.
  expect(said).toBe(0);
  return failure;
}

test('a command that is cancelled is waited for no longer, and its connection is closed', async () => {
  for (const isOpen of [false, true]) {
    expect(await cancelled(true, isOpen)).toMatchObject({ kind: 'unknown-outcome' });
    expect(await cancelled(false, isOpen)).toMatchObject({ kind: 'retryable' });
  }
});
