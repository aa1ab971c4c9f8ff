import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openAuditLog, type AuditedRequest } from '../../../../lab/audit-log.ts';
import type { Pod } from '../../../../activities/kubernetes/contract.ts';
import { until } from '../../../setup/until.ts';
import { call, inSeconds } from '../calls.ts';
import { openCluster, type Cluster } from '../cluster.ts';
import { deployment, SLEEP } from '../scene.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await openCluster('evict');
  await cluster.make(deployment(cluster, 'guarded', { command: SLEEP, replicas: 2 }));
  await cluster.make(budget());
});
afterAll(() => cluster.close());

/** One that never lets a pod of the two go. */
const budget = () => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'guarded', namespace: cluster.namespace },
  spec: { minAvailable: 2, selector: { matchLabels: { app: 'guarded' } } },
});
const healthyNow = async (): Promise<number> => {
  const { status } = (await cluster.admin.read(budget())) as { status?: { currentHealthy?: number } };
  return status?.currentHealthy ?? 0;
};
const podsOf = async (): Promise<Pod[]> => {
  const input = { namespace: cluster.namespace, selector: 'app=guarded', limit: 50 };
  return ((await cluster.reading('listPods')(input, call())) as { pods: Pod[] }).pods;
};

test('a pod is evicted once, as soon as its budget lets it go, and by nothing else', async () => {
  await until(
    async () => (await healthyNow()) === 2,
    async () => `the budget counts ${await healthyNow()} healthy pods of 2`,
  );
  const [pod] = await podsOf();
  const { namespace, name, uid } = pod!;
  const step = cluster.changing('evictPod');
  const ask = { pod: { namespace, name, uid }, withinSeconds: 280 };
  const since = new Date();
  const planned = await step.plan(ask, call());
  expect(planned).toMatchObject({
    dryRun: 'server',
    diff: [{ path: `pod/${namespace}/${name}`, before: { uid, node: pod!.node }, after: null }],
    warnings: expect.arrayContaining([
      `PodDisruptionBudget ${namespace}/guarded covers it, and it never lets one go`,
    ]),
  });
  await expect(step.apply({ ...ask, withinSeconds: 1 }, planned.preconditions, call())).rejects.toMatchObject(
    {
      kind: 'refused',
      message: expect.stringMatching(/was not evicted within 1 s: \S+\/guarded: .*disruption budget guarded/),
    },
  );
  expect(await step.probe(ask, planned.preconditions, call())).toEqual({ state: 'not-applied' });

  const audit = openAuditLog(cluster.details.auditLog);
  const began = new Date();
  const isRefusal = (r: AuditedRequest) =>
    r.resource === 'pods/eviction' && r.namespace === namespace && r.code === 429 && r.at >= began;
  const applying = step.apply(ask, planned.preconditions, call({ deadline: inSeconds(300) }));
  await Promise.race([
    applying,
    until(
      () => audit.requests().some(isRefusal),
      () => 'its budget never said no',
    ),
  ]);
  await cluster.admin.patch(
    { ...budget(), spec: { minAvailable: 1 } } as never,
    undefined,
    undefined,
    undefined,
    undefined,
    'application/merge-patch+json',
  );
  expect(await applying).toMatchObject({ outcome: 'applied', output: { uid } });
  expect(await step.probe(ask, planned.preconditions, call())).toMatchObject({ state: 'applied' });
  expect(await cluster.writes({ since, namespace, resource: 'pods' })).toEqual([]);
  expect(await cluster.writes({ since, namespace, resource: 'pods/eviction' })).toMatchObject([
    { verb: 'create', name },
  ]);
});
