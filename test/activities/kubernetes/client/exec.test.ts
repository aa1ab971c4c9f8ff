import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createApiClient } from '../../../../activities/kubernetes/client/client.ts';
import { execInContainer } from '../../../../activities/kubernetes/client/exec.ts';
import { call } from '../calls.ts';
import { startSmallApiServer, status, type SmallApiServer } from '../small-api-server.ts';

let server: SmallApiServer;
beforeAll(async () => {
  server = await startSmallApiServer();
});
afterAll(() => server.remove());
beforeEach(() => void (server.requests.length = 0));

async function ran(writes: boolean, { kubeconfig } = server): Promise<unknown> {
  const api = createApiClient({ kubeconfig, requestTimeoutMs: 60_000 });
  const command = { namespace: 'shop', pod: 'api-1', container: 'api', argv: ['restart'], limitBytes: 1_000 };
  try {
    return await execInContainer(api, { ...command, writes }, call()).catch((error: unknown) => error);
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
