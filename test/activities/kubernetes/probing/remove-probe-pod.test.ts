import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createKubernetesClients } from '../../../../activities/kubernetes/clients.ts';
import { PROBE_LABEL, PROBE_OPERATION } from '../../../../activities/kubernetes/probing/probe-pod.ts';
import { removeLeftProbes } from '../../../../activities/kubernetes/probing/remove-probe-pod.ts';
import { call } from '../calls.ts';
import { json, startSmallApiServer, type SmallApiServer } from '../small-api-server.ts';

let server: SmallApiServer;
beforeAll(async () => {
  server = await startSmallApiServer();
});
afterAll(() => server.remove());

const pod = (name: string, operation?: string) => ({
  metadata: {
    name,
    namespace: 'default',
    uid: `uid-${name}`,
    creationTimestamp: '2020-01-01T00:00:00Z',
    labels: { [PROBE_LABEL]: 'true' },
    ...(operation && { annotations: { [PROBE_OPERATION]: operation } }),
  },
});

test("only what this deployment made is removed: neither another one's, nor what merely carries the label", async () => {
  const items = [pod('ours', 'prod.abc/run/1'), pod('theirs', 'prod.abcd/run/1'), pod('labelled')];
  server.answer = (_, response) => json(response, 200, { kind: 'PodList', items, metadata: {} });
  const client = createKubernetesClients({ kubeconfig: server.kubeconfig });
  try {
    const removed = await removeLeftProbes(client, { olderThanMs: 1_000, operations: 'prod.abc/' }, call());
    expect(removed).toEqual(['ours']);
    expect(server.requests.filter((r) => r.startsWith('DELETE'))).toEqual([
      expect.stringMatching(/\/pods\/ours/),
    ]);
  } finally {
    await client.close();
  }
});
