import { expect, test } from '@jest/globals';
import type { Taken } from '../../../../activities/kit/index.ts';
import type { RawPod } from '../../../../activities/kubernetes/client/raw.ts';
import { NODE_POOL_LABELS, type Over } from '../../../../activities/kubernetes/contract/disruption.ts';
import { podGroups, type NamespaceSeen } from '../../../../activities/kubernetes/disruption/pod-groups.ts';
import { rawPod } from '../objects.ts';

type Deployment = NamespaceSeen['deployments'][number];
const NAMESPACE = 'shop';
const controlledBy = (kind: string, uid: string) => ({
  ownerReferences: [{ apiVersion: 'apps/v1', kind, name: uid, uid, controller: true }],
});
const deployment = (
  name: string,
  o: { replicas?: number; updated?: number; spec?: Partial<Deployment['spec']> } = {},
): Deployment => ({
  metadata: { name, namespace: NAMESPACE, uid: name, generation: 2 },
  spec: {
    replicas: o.replicas ?? 4,
    selector: {},
    template: { metadata: { labels: { app: 'api', track: name } } },
    ...o.spec,
  },
  status: { observedGeneration: 2, replicas: o.replicas ?? 4, updatedReplicas: o.updated ?? o.replicas ?? 4 },
});
const replicaSet = (of: string): NamespaceSeen['replicaSets'][number] => ({
  metadata: { name: `${of}-1`, namespace: NAMESPACE, uid: `${of}-1`, ...controlledBy('Deployment', of) },
});
const pod = (name: string, o: { of?: string; ready?: boolean; deleted?: boolean } = {}): RawPod =>
  rawPod({
    metadata: {
      name,
      uid: name,
      namespace: NAMESPACE,
      labels: { app: 'api' },
      ...(o.of && controlledBy('ReplicaSet', `${o.of}-1`)),
      ...(o.deleted && { deletionTimestamp: '2026-11-21T02:47:00Z' }),
    },
    ready: o.ready ?? true,
  });
const SERVICE = { metadata: { name: 'api', namespace: NAMESPACE }, spec: { selector: { app: 'api' } } };
const seen = (different: Partial<NamespaceSeen>): NamespaceSeen => ({
  namespace: NAMESPACE,
  services: [SERVICE],
  budgets: [],
  pods: [],
  deployments: [],
  replicaSets: [replicaSet('web'), replicaSet('canary')],
  statefulSets: [],
  daemonSets: [],
  ...different,
});
const over = (different: Partial<Over> = {}): Over => ({
  budget: 'b',
  per: 'service',
  labels: NODE_POOL_LABELS,
  ...different,
});
const pods = (...names: string[]): Taken => ({
  pods: names.map((name) => ({ namespace: NAMESPACE, name, uid: name })),
});
const look = (
  namespace: Partial<NamespaceSeen>,
  taking: Taken,
  { before = [] as Taken[], ...o }: Partial<Over> & { before?: Taken[] } = {},
) => podGroups(over(o), seen(namespace), { taking, before });
const four = (...sick: string[]) =>
  ['p1', 'p2', 'p3', 'p4'].map((name) => pod(name, { of: 'web', ready: !sick.includes(name) }));

test('pods that are not ready, being deleted or not there yet are away; the one that is taken is not counted twice', () => {
  const [service] = look(
    {
      deployments: [deployment('web', { replicas: 5 })],
      pods: [...four('p2'), pod('p5', { of: 'web', deleted: true })].slice(1),
    },
    pods('p3'),
  );
  expect(service).toMatchObject({
    name: 'service shop/api',
    things: 'pods',
    wanted: 5,
    takes: 1,
    away: 3,
    who: [
      { what: '1 of web', why: 'not there yet' },
      { what: 'p2', why: 'not ready' },
      { what: 'p5', why: 'being deleted' },
    ],
  });
});

test('a pod that does not serve takes nothing more away', () => {
  const [service] = look({ deployments: [deployment('web')], pods: four('p2', 'p3') }, pods('p2'));
  expect(service).toMatchObject({ takes: 0, away: 2 });
});

test('a pod above the number that is wanted takes nothing away either', () => {
  const surge = { deployments: [deployment('web', { replicas: 3 })], pods: four() };
  expect(look(surge, pods('p1'))).toMatchObject([{ takes: 0, away: 0 }]);
  expect(look(surge, pods('p1', 'p2'))).toMatchObject([{ takes: 1, away: 0 }]);
});

test('a service has the pods of all its workloads, and those that nothing made', () => {
  const namespace = {
    deployments: [deployment('web', { replicas: 4 }), deployment('canary', { replicas: 1 })],
    pods: [...four(), pod('c1', { of: 'canary', ready: false }), pod('bare')],
  };
  expect(look(namespace, pods('bare'))).toMatchObject([
    { name: 'service shop/api', wanted: 6, takes: 1, away: 1, who: [{ what: 'c1' }] },
  ]);
  expect(look(namespace, pods('p1'), { per: 'workload' })).toMatchObject([
    { name: 'Deployment shop/web', wanted: 4, takes: 1, away: 0 },
  ]);
  expect(look(namespace, pods('bare'), { per: 'workload' })).toEqual([]);
});

test('a rollout takes as many as its strategy does, and what is away of its own workload is within that', () => {
  const rolling = (spec: Partial<Deployment['spec']>) =>
    look(
      {
        deployments: [deployment('web', { spec }), deployment('canary', { replicas: 1 })],
        pods: four('p1'),
      },
      { workload: { namespace: NAMESPACE, kind: 'Deployment', name: 'web' } },
    )[0];
  expect(rolling({})).toMatchObject({ takes: 1, away: 1, who: [{ what: '1 of canary' }] });
  expect(rolling({ strategy: { type: 'Recreate' } })).toMatchObject({ takes: 4 });
  const percent = (maxUnavailable: string, maxSurge: string) =>
    rolling({ strategy: { rollingUpdate: { maxUnavailable, maxSurge } } })?.takes;
  expect(percent('60%', '0%')).toBe(2);
  expect(percent('10%', '0%')).toBe(1);
  expect(percent('10%', '1%')).toBe(0);
});

test('a rollout that is under way, or not seen by its controller yet, counts with what it may take', () => {
  const away = (d: Deployment) => look({ deployments: [d], pods: four() }, pods('p1'))[0];
  expect(away(deployment('web'))?.away).toBe(0);
  const under = away(deployment('web', { updated: 2 }));
  expect(under).toMatchObject({ away: 1, who: [{ what: '1 of web', why: 'a rollout is under way' }] });
  const asked = deployment('web');
  expect(away({ ...asked, status: { ...asked.status, observedGeneration: 1 } })?.away).toBe(1);
});

test('a PodDisruptionBudget without room over what is taken is named; over a pod that is not ready it says nothing', () => {
  const budgets = [
    {
      metadata: { name: 'api', namespace: NAMESPACE },
      spec: { selector: { matchLabels: { app: 'api' } } },
      status: { disruptionsAllowed: 0, currentHealthy: 3, desiredHealthy: 3, expectedPods: 4 },
    },
  ] as unknown as NamespaceSeen['budgets'];
  const namespace = { deployments: [deployment('web')], pods: four('p4'), budgets };
  expect(look(namespace, pods('p1'))[0]?.noRoom).toEqual([
    'PodDisruptionBudget shop/api has no room (3 of 4 pods are healthy, 3 have to be: 0 may go now)',
  ]);
  expect(look(namespace, pods('p4'))[0]?.noRoom).toEqual([]);
});

test('what the same plan takes before it counts', () => {
  const namespace = { deployments: [deployment('web')], pods: four() };
  expect(look(namespace, pods('p1'), { before: [pods('p2')] })).toMatchObject([
    { takes: 1, away: 1, who: [{ what: 'p2', why: 'taken by this plan before it' }] },
  ]);
});

test('a budget of named services counts those alone', () => {
  const namespace = { deployments: [deployment('web')], pods: four() };
  const count = (...of: string[]) => look(namespace, pods('p1'), { of }).length;
  expect([count('shop/api'), count('shop/*'), count('shop/other'), count('other/*')]).toEqual([1, 1, 0, 0]);
});

test('what has ended serves nobody, nor do the pods of a Job', () => {
  const ended = rawPod({
    metadata: { name: 'e', uid: 'e', labels: { app: 'api' } },
    status: { phase: 'Failed' },
  });
  const job = pod('j');
  job.metadata = { ...job.metadata, ...controlledBy('Job', 'job') };
  expect(look({ pods: [ended, job] }, pods('e', 'j'))).toEqual([]);
});
