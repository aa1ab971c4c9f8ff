import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createKubernetesClients, type KubernetesClient } from '../../../../activities/kubernetes/clients.ts';
import { debugContainer } from '../../../../activities/kubernetes/debugging/debug-container.ts';
import { nodeDebug } from '../../../../activities/kubernetes/debugging/node-debug.ts';
import { call } from '../calls.ts';
import { json, startSmallApiServer, status, type SmallApiServer } from '../small-api-server.ts';

let server: SmallApiServer;
let client: KubernetesClient;
const command = { argv: ['reboot'], profile: 'sysadmin', timeoutSeconds: 20, limitBytes: 100 };
const pod = { metadata: { name: 'p', namespace: 'default', uid: 'u' }, status: { phase: 'Running' } };

beforeAll(async () => {
  server = await startSmallApiServer();
});
afterAll(() => server.remove());
beforeEach(() => {
  server.requests.length = 0;
  client = createKubernetesClients({ kubeconfig: server.kubeconfig });
});
afterEach(() => client.close());

/** Every request gets `found`, until one of `method` was made: nothing can be read any more then. */
function failsAfter(method: string, found: object): void {
  let done = false;
  server.answer = (request, response) => {
    if (done && request.method === 'GET') return status(response, 500, 'InternalError');
    done ||= request.method === method;
    json(response, 200, found);
  };
}

test('a command on a node whose end nobody saw is unknown, not something to try again', async () => {
  failsAfter('POST', pod);
  const step = nodeDebug(client).implementation;
  await expect(step.apply({ ...command, node: 'w1' }, { nodeUid: 'u' }, call())).rejects.toMatchObject({
    kind: 'unknown-outcome',
    message: expect.stringMatching(/^The command may have run on w1; how it ended is not known: /),
  });
  expect(server.requests.filter((r) => r.startsWith('DELETE'))).toHaveLength(1);
});

test('a node that was replaced is still a conflict: nothing ran', async () => {
  failsAfter('POST', pod);
  const step = nodeDebug(client).implementation;
  await expect(step.apply({ ...command, node: 'w1' }, { nodeUid: 'another' }, call())).rejects.toMatchObject({
    kind: 'conflict',
  });
});

test('a debug container that was added and cannot be read is unknown', async () => {
  failsAfter('PATCH', pod);
  const step = debugContainer(client).implementation;
  const input = { ...command, pod: { namespace: 'default', name: 'p', uid: 'u' } };
  await expect(step.apply(input, { uid: 'u', targetId: null }, call())).rejects.toMatchObject({
    kind: 'unknown-outcome',
    message: expect.stringMatching(/^The debug container was added; how it ended is not known: /),
  });
});
