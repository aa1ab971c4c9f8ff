import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createKubernetesClients, type KubernetesClient } from '../../../../activities/kubernetes/clients.ts';
import { drainNode } from '../../../../activities/kubernetes/draining/drain-node.ts';
import type { RawPod } from '../../../../activities/kubernetes/client/raw.ts';
import { call, inSeconds } from '../calls.ts';
import { rawNode, rawPod } from '../objects.ts';
import { json, startSmallApiServer, status, type SmallApiServer } from '../small-api-server.ts';

/** Two hundred pods of ten services; each service's budget lets two go at a time, until the next look. */
const SERVICES = Array.from({ length: 10 }, (_, i) => `shop-${i}`);
const AT_A_TIME = 4;
let server: SmallApiServer;
let client: KubernetesClient;
let there: RawPod[];
let lets: Map<string, number>;
let atOnce = 0;
let mostAtOnce = 0;

beforeAll(async () => {
  server = await startSmallApiServer();
  client = createKubernetesClients({ kubeconfig: server.kubeconfig });
  there = SERVICES.flatMap((app) =>
    Array.from({ length: 20 }, (_, i) =>
      rawPod({
        metadata: {
          name: `${app}-${i}`,
          uid: `${app}-${i}`,
          labels: { app },
          ownerReferences: [
            { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: app, uid: app, controller: true },
          ],
        },
      }),
    ),
  );
  lets = new Map(SERVICES.map((app) => [app, AT_A_TIME]));
  server.answer = (request, response, body) => {
    const path = new URL(request.url ?? '', 'https://x').pathname;
    if (path.endsWith('/nodes/worker-1')) {
      return json(response, 200, rawNode('worker-1', { spec: { unschedulable: true } }));
    }
    if (path.endsWith('/poddisruptionbudgets')) {
      const items = SERVICES.map((app) => ({
        metadata: { name: app, namespace: 'payments' },
        spec: { selector: { matchLabels: { app } } },
      }));
      return json(response, 200, { items });
    }
    if (path.endsWith('/pods')) {
      for (const app of SERVICES) lets.set(app, AT_A_TIME);
      return json(response, 200, { items: there });
    }
    if (!path.endsWith('/eviction')) return status(response, 404, 'NotFound');
    const { metadata } = JSON.parse(body) as { metadata: { name: string } };
    const app = metadata.name.replace(/-\d+$/, '');
    mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    setTimeout(() => {
      atOnce--;
      const left = lets.get(app) ?? 0;
      lets.set(app, left - 1);
      if (left > 0) {
        there = there.filter((p) => p.metadata?.name !== metadata.name);
        return json(response, 201, {});
      }
      const causes = [{ reason: 'DisruptionBudget', message: `The budget ${app} needs its pods` }];
      return json(response, 429, { kind: 'Status', reason: 'TooManyRequests', details: { causes } });
    }, 2);
  };
});
afterAll(async () => {
  await client.close();
  await server.remove();
});

test('two hundred pods with budgets are gone with a list a round, and no pod is looked at by itself', async () => {
  const pods = there.map(({ metadata }) => ({
    namespace: 'payments',
    name: metadata!.name!,
    uid: metadata!.uid!,
  }));
  const step = drainNode(client).implementation;
  const input = { node: 'worker-1', deleteEmptyDirData: false, force: false, withinSeconds: 60 };
  const result = await step.apply(
    input,
    { nodeUid: 'uid-worker-1', pods },
    call({ deadline: inSeconds(90) }),
  );
  expect(result).toMatchObject({ outcome: 'applied', output: { gone: 200, left: [] } });
  const asked = (what: RegExp) => server.requests.filter((r) => what.test(r)).length;
  const rounds = 200 / SERVICES.length / AT_A_TIME;
  expect(asked(/^GET .*\/pods\/[^/?]+/)).toBe(0);
  expect(asked(/^GET .*\/pods\?/)).toBeLessThanOrEqual(rounds + 3);
  // Each pod once, and each budget once a round more, when it says no.
  expect(asked(/eviction/)).toBeLessThanOrEqual(200 + rounds * SERVICES.length);
  expect(mostAtOnce).toBeGreaterThan(1);
  expect(mostAtOnce).toBeLessThanOrEqual(8);
});
