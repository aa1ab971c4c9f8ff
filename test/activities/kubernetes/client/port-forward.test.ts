import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createApiClient } from '../../../../activities/kubernetes/client/client.ts';
import { forwardPort } from '../../../../activities/kubernetes/client/port-forward.ts';
import { call } from '../calls.ts';
import { startSmallApiServer, type SmallApiServer } from '../small-api-server.ts';
import { onChannel, upgrade } from '../upgraded.ts';

let server: SmallApiServer;
beforeAll(async () => {
  server = await startSmallApiServer();
});
afterAll(() => server.remove());

test('a port that is refused together with the upgrade: the connection is closed, also where the server keeps it', async () => {
  const closed = new Promise<void>((resolve) => {
    server.answer = (request) => {
      const { socket } = request;
      void once(socket, 'close').then(() => resolve());
      socket.on('data', () => undefined);
      const yes = new PassThrough();
      upgrade(request, yes);
      const refusal = Buffer.concat([Buffer.of(0x90, 0x1f), Buffer.from('connection refused')]);
      // In one write, so that both arrive together.
      socket.write(Buffer.concat([yes.read() as Buffer, onChannel(1, refusal)]));
    };
  });
  const api = createApiClient({ kubeconfig: server.kubeconfig, requestTimeoutMs: 60_000 });
  const port = await forwardPort(api, { namespace: 'shop', pod: 'api-1', port: 8080 }, call());
  expect(port.errored).toMatchObject({
    kind: 'refused',
    message: 'No connection to port 8080 of pod shop/api-1: nothing listens there',
  });
  await closed;
  await api.close();
});
