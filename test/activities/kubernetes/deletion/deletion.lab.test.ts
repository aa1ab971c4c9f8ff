import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { KubernetesObject } from '@kubernetes/client-node';
import type { Deletions } from '../../../../activities/kubernetes/contract.ts';
import { until } from '../../../setup/until.ts';
import { call } from '../calls.ts';
import { openCluster, type Cluster } from '../cluster.ts';

const OURS = 'test.example.com/cleanup';
const OTHERS = 'test.example.com/archive';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await openCluster('deletion');
  await cluster.make({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'remove-finalizers', namespace: cluster.namespace },
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'ClusterRole',
      name: 'nightshift-remove-finalizers',
    },
    subjects: [{ kind: 'ServiceAccount', name: 'nightshift-change', namespace: 'nightshift-probes' }],
  });
  const claims = { verb: 'patch', group: '', resource: 'persistentvolumeclaims' };
  await until(
    () => cluster.change.api.may({ ...claims, namespace: cluster.namespace }, call()),
    () => 'the changing account may still not take finalizers off',
  );
});
afterAll(() => cluster.close());

const claim = (name: string, finalizers: string[]) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: cluster.namespace, finalizers },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
});
const remove = (object: KubernetesObject) => cluster.admin.delete(object);
const deletions = async () =>
  (await cluster.reading('deletions')({ namespace: cluster.namespace }, call())) as Deletions;

test('a finalizer is taken off once, off exactly this object, and others stay', async () => {
  const object = claim('held', [OURS, OTHERS]);
  await cluster.make(object);
  const living = await cluster.admin.read<KubernetesObject>(object);
  const ref = {
    group: '',
    resource: 'persistentvolumeclaims',
    namespace: cluster.namespace,
    name: 'held',
    uid: living.metadata!.uid!,
  };
  const input = { object: ref, finalizer: OURS };
  const step = cluster.changing('removeFinalizer');
  await expect(step.plan(input, call())).rejects.toMatchObject({
    kind: 'conflict',
    message: expect.stringMatching(/is not being deleted/),
  });

  await remove(object);
  const { state, objects } = await deletions();
  expect(state).toBe('active');
  expect(objects).toMatchObject([
    { ...ref, finalizers: expect.arrayContaining([expect.objectContaining({ name: OURS })]), pod: null },
  ]);
  expect(objects[0]!.finalizers[0]!.setBy).toBeTruthy();

  await expect(
    step.plan({ ...input, finalizer: 'kubernetes.io/pvc-protection' }, call()),
  ).rejects.toMatchObject({ kind: 'refused', message: expect.stringMatching(/a pod still uses the claim/) });
  await expect(step.plan({ ...input, object: { ...ref, uid: 'another' } }, call())).rejects.toMatchObject({
    kind: 'conflict',
    message: expect.stringMatching(/was replaced/),
  });
  // Kubernetes takes its own off while this goes on: a plan holds for the finalizers that it was made with.
  await until(async () => {
    const { metadata } = await cluster.admin.read<KubernetesObject>(object);
    return !metadata?.finalizers?.includes('kubernetes.io/pvc-protection');
  });
  const since = new Date();
  const planned = await step.plan(input, call());
  expect(planned).toMatchObject({
    dryRun: 'server',
    warnings: [expect.anything(), expect.stringMatching(OTHERS)],
  });
  expect(await step.probe(input, planned.preconditions, call())).toEqual({ state: 'not-applied' });
  expect(await cluster.writes({ since, namespace: cluster.namespace })).toEqual([]);

  expect(await step.apply(input, planned.preconditions, call())).toMatchObject({ outcome: 'applied' });
  expect(await step.probe(input, planned.preconditions, call())).toMatchObject({ state: 'applied' });
  expect(await step.apply(input, planned.preconditions, call())).toMatchObject({
    outcome: 'already-satisfied',
    output: { note: 'its controller had taken it off already' },
  });
  expect(await cluster.writes({ since, namespace: cluster.namespace })).toHaveLength(1);

  const last = { ...input, finalizer: OTHERS };
  const lastPlan = await step.plan(last, call());
  expect(await step.apply(last, lastPlan.preconditions, call())).toMatchObject({ outcome: 'applied' });
  expect(await step.probe(last, lastPlan.preconditions, call())).toMatchObject({ state: 'applied' });
});

test('an API that answers keeps its registration', async () => {
  // One that was registered a moment ago, by another test, is looked at a moment later.
  const unavailable = () => cluster.reading('unavailableApis')({}, call()) as Promise<{ apis: unknown[] }>;
  await until(
    async () => (await unavailable()).apis.length === 0,
    async () => JSON.stringify(await unavailable()),
  );
  const name = 'v1.apps';
  const found = await cluster.admin.read<KubernetesObject>({
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name },
  });
  await expect(
    cluster.changing('deleteApiService').plan({ name, uid: found.metadata!.uid! }, call()),
  ).rejects.toMatchObject({
    kind: 'conflict',
    message: 'The API v1.apps answers: its registration is left alone',
  });
});
