import { applyManifests, type Manifest } from '../control-plane/apply-manifests.ts';
import type { ClusterApi } from '../control-plane/cluster-api.ts';
import { NODE_NAMES, type NodeName } from '../layout.ts';
import { until } from '../machine/until.ts';
import { isReady } from '../workloads/conditions.ts';
import { listPods } from '../workloads/objects.ts';
import type { Scenario } from './scenario.ts';
import { deployment, SHOP } from './shop.ts';

const NODE: NodeName = 'node-worker-3';
const REPLICAS = 3;

const basket = [
  deployment({
    name: 'basket',
    replicas: REPLICAS,
    container: { readinessProbe: { exec: { command: ['true'] }, initialDelaySeconds: 2, periodSeconds: 1 } },
  }),
  {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'basket', namespace: SHOP },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'basket' } } },
  } as Manifest,
];

export const nodeDrainForMaintenance: Scenario = {
  shows: `All three pods of basket are on ${NODE}, and its budget lets one of them go at a time.`,
  async play({ api }) {
    const others = NODE_NAMES.filter((name) => name !== NODE);
    await Promise.all(others.map((name) => takesPods(api, name, false)));
    try {
      await applyManifests(api, basket);
      await until(
        'the pods of basket are ready on one node, and their budget knows it',
        async () => {
          const pods = await listPods(api, SHOP, 'app=basket');
          const here = pods.filter((p) => isReady(p) && p.spec.nodeName === NODE);
          return pods.length === REPLICAS && here.length === REPLICAS && (await healthy(api)) === REPLICAS;
        },
        { within: 300_000, every: 300 },
      );
    } finally {
      await Promise.all(others.map((name) => takesPods(api, name, true)));
    }
  },
};

/** How many pods the budget counts: its controller looks a moment after they are ready. */
async function healthy(api: ClusterApi): Promise<number | undefined> {
  const path = `/apis/policy/v1/namespaces/${SHOP}/poddisruptionbudgets/basket`;
  return (await api.call<{ status?: { currentHealthy?: number } }>('GET', path)).status?.currentHealthy;
}

async function takesPods(api: ClusterApi, node: NodeName, takes: boolean): Promise<void> {
  const patch = { spec: { unschedulable: takes ? null : true } };
  await api.call('PATCH', `/api/v1/nodes/${node}`, patch, 'application/merge-patch+json');
}
