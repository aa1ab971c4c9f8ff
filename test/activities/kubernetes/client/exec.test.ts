import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createApiClient } from '../../../../activities/kubernetes/client/client.ts';
import { execInContainer } from '../../../../activities/kubernetes/client/exec.ts';
import { call, inSeconds } from '../calls.ts';
import { startSmallApiServer, status, type SmallApiServer } from '../small-api-server.ts';
import { CLOSE, frame, onChannel, upgrade } from '../upgraded.ts';

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

/** Calls off a command that was started: before its connection is open here, or after. */
async function cancelled(writes: boolean, isOpen: boolean) {
  const cancel = new AbortController();
  const arrived = new Promise<IncomingMessage>((resolve) => {
    server.answer = (request) => {
      upgrade(request, request.socket);
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

/** As the API server says with which code a command ended. */
const endedWith = (code: string) => ({
  status: 'Failure',
  details: { causes: [{ reason: 'ExitCode', message: code }] },
});
const wrongCauses = { status: 'Failure', details: { causes: 'many' } };
const NONSENSE: readonly (readonly [title: string, ...frames: Buffer[]])[] = [
  ['a frame of nothing', frame(Buffer.alloc(0))],
  ['a text of nothing', frame(Buffer.alloc(0), 'text')],
  ['a stream that ends without its number', frame(Buffer.of(255))],
  ['a stream that there is not', onChannel(9, 'x')],
  ['an end that is no JSON', onChannel(3, '{"status":')],
  ['an end that is another thing', onChannel(3, '"Success"')],
  ['an end with other fields', onChannel(3, JSON.stringify(wrongCauses))],
  ['an end without a code', onChannel(3, JSON.stringify(endedWith('')))],
  ['no frame at all', Buffer.of(0xff, 0xff, 0xff)],
];

test('what comes over it that is no answer ends the connection, and nothing else', async () => {
  for (const [title, ...frames] of NONSENSE) {
    server.answer = (request) => {
      upgrade(request, request.socket);
      request.socket.end(Buffer.concat([...frames, CLOSE]));
    };
    expect([title, await ran(true)]).toEqual([title, expect.objectContaining({ kind: 'unknown-outcome' })]);
  }
});

test('output after the end is passed over', async () => {
  server.answer = (request) => {
    upgrade(request, request.socket);
    const frames = [onChannel(1, 'a'), onChannel(3, JSON.stringify(endedWith('3'))), onChannel(1, 'b')];
    request.socket.end(Buffer.concat([...frames, CLOSE]));
  };
  expect(await ran(true)).toEqual({ exitCode: 3, stdout: 'a', stderr: '', dropped: 0 });
});
