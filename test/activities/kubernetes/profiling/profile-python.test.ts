/** What came of py-spy in a debug container, as the API server has it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createKubernetesClients, type KubernetesClient } from '../../../../activities/kubernetes/clients.ts';
import { debugContainerName } from '../../../../activities/kubernetes/debugging/ephemeral-container.ts';
import { profilePython } from '../../../../activities/kubernetes/profiling/profile-python.ts';
import { MOST_OUTPUT } from '../../../../activities/kubernetes/profiling/profiler.ts';
import { call } from '../calls.ts';
import { json, startSmallApiServer, type SmallApiServer } from '../small-api-server.ts';

const SERVES = '<module> (/srv/orders.py:14);serve (/srv/orders.py:13)';
let server: SmallApiServer;
let client: KubernetesClient;
beforeAll(async () => {
  server = await startSmallApiServer();
  client = createKubernetesClients({ kubeconfig: server.kubeconfig, requestTimeoutMs: 60_000 });
});
afterAll(async () => {
  await client.close();
  await server.remove();
});

/** What the step makes of this output. */
async function profileOf(output: string): Promise<unknown> {
  const name = debugContainerName(call().operation);
  const state = { terminated: { exitCode: 0, reason: 'Completed' } };
  const pod = {
    metadata: { name: 'orders', namespace: 'shop', uid: 'u' },
    spec: { containers: [{ name: 'app' }], ephemeralContainers: [{ name }] },
    status: { phase: 'Running', ephemeralContainerStatuses: [{ name, state }] },
  };
  server.answer = ({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'https://api');
    if (!pathname.endsWith('/log')) return json(response, 200, pod);
    response.end(output.slice(0, Number(searchParams.get('limitBytes'))));
  };
  const { contract, implementation } = profilePython(client);
  const input = contract.input.parse({ pod: { namespace: 'shop', name: 'orders' }, seconds: 2 });
  const expected = { uid: 'u', container: 'app', targetId: null };
  const probed = await implementation.probe(input, expected, call());
  if (probed.state !== 'applied') throw new Error(`it is ${probed.state}`);
  return contract.output.parse(probed.output);
}

test('a profile that was read to its end says nothing of a cut', async () => {
  const profile = await profileOf(
    `${SERVES};save (/srv/orders.py:20) 60\n${SERVES};load (/srv/orders.py:5) 40\n`,
  );
  expect(profile).toMatchObject({
    verdict: 'pass',
    reason: '60% of 100 samples are in save (/srv/orders.py:20)',
    total: 100,
  });
  expect(profile).not.toHaveProperty('truncated');
});

test('of one that is longer than is read, whole lines are counted, and both the reason and the result say so', async () => {
  const line = (n: number) => `${SERVES};handler_${n % 10} (/srv/orders.py:20) 1\n`;
  const most = Math.floor(MOST_OUTPUT / line(0).length);
  const profile = await profileOf(Array.from({ length: most + 10 }, (_, n) => line(n)).join(''));
  expect(profile).toMatchObject({
    verdict: 'pass',
    total: most,
    truncated: 'cut after 2097152 bytes',
    reason: expect.stringMatching(
      /; py-spy's output is cut after 2097152 bytes, what is beyond is not counted$/,
    ),
  });
});

test('one line that is longer than all that is read is no profile, and not taken for a program that waits', async () => {
  expect(await profileOf('x'.repeat(MOST_OUTPUT + 10))).toMatchObject({
    verdict: 'unknown',
    reason: "py-spy's output is cut after 2097152 bytes, before the first stack",
    total: 0,
  });
});
