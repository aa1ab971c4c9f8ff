/** What disruption budgets count, on a real API server: what others did to it, with their own hands. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { V1Node, V1ResourceQuota } from '@kubernetes/client-node';
import type { Taken } from '../../../../activities/kit/index.ts';
import type { Disrupted, Pod } from '../../../../activities/kubernetes/contract.ts';
import { kubernetes } from '../../../../activities/kubernetes/contract.ts';
import { judgeBudget } from '../../../../worker/activities/budget-rule.ts';
import { until } from '../../../setup/until.ts';
import { call } from '../calls.ts';
import { openCluster, type Cluster } from '../cluster.ts';
import { deployment, SLEEP } from '../scene.ts';

const ZONE = 'topology.kubernetes.io/zone';
const REPLICAS = 3;
let cluster: Cluster;
let nodes: V1Node[];
let pods: Pod[];

beforeAll(async () => {
  cluster = await openCluster('away');
  await cluster.make({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'shop', namespace: cluster.namespace },
    spec: { selector: { app: 'shop' }, ports: [{ port: 80 }] },
  });
  await cluster.make(deployment(cluster, 'shop', { command: SLEEP, replicas: REPLICAS }));
  nodes = (await cluster.admin.list<V1Node>('v1', 'Node')).items;
  pods = await until(
    async () => {
      const found = await listPods();
      return found.length === REPLICAS && found.every((pod) => pod.ready) && found;
    },
    async () => `the pods are ${JSON.stringify((await listPods()).map((p) => [p.name, p.status]))}`,
  );
});
afterAll(() => cluster.close());

const listPods = async () => {
  const input = { namespace: cluster.namespace, selector: 'app=shop', limit: 50 };
  return ((await cluster.reading('listPods')(input, call())) as { pods: Pod[] }).pods;
};
const look = async (over: { per: string; of?: string[] }, taking: Taken) => {
  const { input, output } = kubernetes.disruptions.contract;
  const asked = input.parse({ taking, over: [{ budget: 'test', ...over }] });
  return output.parse(await cluster.reading('disruptions')(asked, call())).disrupted;
};
const shop = async (taking: Taken): Promise<Disrupted | undefined> =>
  (await look({ per: 'service', of: [`${cluster.namespace}/shop`] }, taking))[0];
const taken = ({ namespace, name, uid }: Pod): Taken => ({ pods: [{ namespace, name, uid }] });
const cordon = (node: V1Node, unschedulable: boolean) =>
  cluster.admin.patch(
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: node.metadata!.name! },
      spec: { unschedulable },
    },
    undefined,
    undefined,
    'ana',
    undefined,
    'application/merge-patch+json',
  );

test('a node that somebody else cordoned is away from the cluster and from its own zone, by name', async () => {
  const [mine, theirs] = nodes as [V1Node, V1Node];
  await cordon(theirs, true);
  try {
    const [inCluster] = await look({ per: 'cluster' }, { node: mine.metadata!.name! });
    const who = {
      what: theirs.metadata?.name,
      why: expect.stringMatching(/^cordoned by ana/),
      operation: null,
    };
    expect(inCluster).toMatchObject({ name: 'the cluster', wanted: nodes.length, takes: 1, who: [who] });
    expect(judgeBudget({ name: 'test', maxAway: 1 }, inCluster!, {})?.verdict).toBe('full');

    for (const node of nodes) {
      const zone = node.metadata?.labels?.[ZONE];
      const [inZone] = await look({ per: 'zone' }, { node: node.metadata!.name! });
      const others = nodes.filter((n) => n !== node && n.metadata?.labels?.[ZONE] === zone);
      expect(inZone).toMatchObject({
        name: `zone ${zone}`,
        wanted: others.length + 1,
        who: others.includes(theirs) ? [who] : [],
      });
    }
  } finally {
    await cordon(theirs, false);
  }
});

test('the pods behind a service: one that somebody deletes is away until another is ready', async () => {
  const [first, second] = pods as [Pod, Pod];
  expect(await shop(taken(first))).toMatchObject({
    name: `service ${cluster.namespace}/shop`,
    wanted: REPLICAS,
    takes: 1,
    away: 0,
  });
  const rollout = { workload: { namespace: cluster.namespace, kind: 'Deployment', name: 'shop' } };
  expect(await shop(rollout)).toMatchObject({ takes: 0, away: 0 });

  // Nothing may take its place until the test has looked.
  const quota = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'no-more', namespace: cluster.namespace },
    spec: { hard: { pods: `${REPLICAS - 1}` } },
  };
  await cluster.make(quota);
  // It holds nobody back before its controller has written what it counts.
  await until(
    async () => (await cluster.admin.read<V1ResourceQuota>(quota)).status?.hard?.['pods'],
    () => 'the quota is not in force',
  );
  await cluster.admin.delete(
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: second.name, namespace: second.namespace } },
    undefined,
    undefined,
    0,
  );
  const seen = await until(
    async () => {
      const now = await shop(taken(first));
      return now && now.away > 0 && now;
    },
    async () => `nothing is away: ${JSON.stringify(await shop(taken(first)))}`,
  );
  expect(seen).toMatchObject({
    wanted: REPLICAS,
    takes: 1,
    away: 1,
    who: [{ what: '1 of shop', why: 'not there yet' }],
  });
  await cluster.admin.delete(quota);
  await until(
    async () => (await shop(taken(first)))?.away === 0,
    async () => `it never comes back: ${JSON.stringify(await shop(taken(first)))}`,
  );
});

test('a PodDisruptionBudget without room is named', async () => {
  await cluster.make({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'strict', namespace: cluster.namespace },
    spec: { minAvailable: REPLICAS, selector: { matchLabels: { app: 'shop' } } },
  });
  const [pod] = await listPods();
  const seen = await until(
    async () => {
      const now = await shop(taken(pod!));
      return now?.noRoom.some((text) => text.includes(`${REPLICAS} of ${REPLICAS}`)) && now;
    },
    async () => `it says ${JSON.stringify(await shop(taken(pod!)))}`,
  );
  expect(seen.noRoom).toEqual([
    `PodDisruptionBudget ${cluster.namespace}/strict has no room (3 of 3 pods are healthy, 3 have to be: it never lets one go)`,
  ]);
  expect(judgeBudget({ name: 'test', maxAway: 2 }, seen, {})).toMatchObject({
    verdict: 'full',
    text: expect.stringContaining('strict has no room'),
  });
});
