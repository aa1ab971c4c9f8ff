import { expect, test } from '@jest/globals';
import type { Rights } from '../../../../activities/kit/index.ts';
import { createKubernetesClients } from '../../../../activities/kubernetes/clients.ts';
import { createMissingRights } from '../../../../activities/kubernetes/rights/missing-rights.ts';
import { call } from '../calls.ts';
import { json, startSmallApiServer } from '../small-api-server.ts';

test('a right that one step goes on without and another needs is missing for the one that needs it', async () => {
  const server = await startSmallApiServer();
  server.answer = (_, response) => json(response, 201, { status: { allowed: false } });
  const client = createKubernetesClients({ kubeconfig: server.kubeconfig, requestTimeoutMs: 60_000 });
  try {
    const may = { nodes: ['list'] } as const;
    const needs: Rights = { in: 'cluster', may };
    const goesOn: Rights = { in: 'cluster', may, without: 'zones' };
    for (const rights of [
      [needs, goesOn],
      [goesOn, needs],
    ]) {
      const missing = createMissingRights(client);
      expect(
        await missing(
          rights.map((one) => ({ rights: [one], input: {} })),
          call(),
        ),
      ).toEqual([{ verb: 'list', group: '', resource: 'nodes' }]);
    }
  } finally {
    await client.close();
    await server.remove();
  }
});
