import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { V1Deployment } from '@kubernetes/client-node';
import { until } from '../../../setup/until.ts';
import { call } from '../calls.ts';
import { openCluster, type Cluster } from '../cluster.ts';
import { kubectl } from '../kubectl.ts';
import { deployment, SLEEP } from '../scene.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await openCluster('scaling');
  const api = deployment(cluster, 'api', { command: SLEEP, env: [{ name: 'FIRST', value: '1' }] });
  api.spec.template.spec.containers[0]!.env!.push({ name: 'LAST', value: '$(FIRST)' });
  await cluster.make({
    ...api,
    metadata: { ...api.metadata, labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } },
  });
});
afterAll(() => cluster.close());

const present = () =>
  cluster.admin.read<V1Deployment>({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'api', namespace: cluster.namespace },
  });
const hand = (...argv: string[]) => kubectl(cluster, '-n', cluster.namespace, ...argv);

test('scale goes through /scale, only from the number that was seen, and says what it ends and who writes it again', async () => {
  const step = cluster.changing('scale');
  const input = { namespace: cluster.namespace, kind: 'Deployment', name: 'api', replicas: 3 };
  const planned = await step.plan(input, call());
  expect(planned).toMatchObject({
    dryRun: 'server',
    diff: [{ path: 'spec.replicas', before: 1, after: 3 }],
    warnings: [expect.stringContaining('Flux')],
  });
  expect(planned.risk).toBeUndefined();
  await hand('scale', 'deployment/api', '--replicas=2');
  await expect(step.apply(input, planned.preconditions, call())).rejects.toMatchObject({
    kind: 'conflict',
    message: expect.stringContaining('replicas is 2, not 1'),
  });
  const again = await step.plan(input, call());
  const since = new Date();
  expect(await step.apply(input, again.preconditions, call())).toMatchObject({ outcome: 'applied' });
  expect((await cluster.writes({ since, namespace: cluster.namespace })).map((w) => w.resource)).toEqual([
    'deployments/scale',
  ]);
  expect(await step.probe(input, again.preconditions, call())).toMatchObject({ state: 'applied' });
  const undo = step.undo!(again.preimage, { input, operation: 'o' })!;
  expect(undo.diff).toEqual([{ path: 'spec.replicas', before: 3, after: 2 }]);
  expect(await step.apply(undo.change.input, undo.preconditions, call())).toMatchObject({
    output: { replicas: 2 },
  });
  expect(await step.plan({ ...input, replicas: 0 }, call())).toMatchObject({
    risk: 'disruptive',
    warnings: ['Nothing of api runs then', expect.any(String)],
  });
});

test('an autoscaler or an owner in charge of the number is named, also when it came after the plan', async () => {
  const step = cluster.changing('scale');
  const input = { namespace: cluster.namespace, kind: 'Deployment', name: 'api', replicas: 4 };
  const planned = await step.plan(input, call());
  await cluster.make({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'api', namespace: cluster.namespace },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' },
      minReplicas: 1,
      maxReplicas: 6,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
        },
      ],
    },
  });
  for (const asked of [step.plan(input, call()), step.apply(input, planned.preconditions, call())]) {
    await expect(asked).rejects.toMatchObject({
      kind: 'conflict',
      message: expect.stringMatching(
        /^HorizontalPodAutoscaler .*\/api sets the replicas of Deployment api, between 1 and 6/,
      ),
    });
  }
  const set = await until(
    async () => (await hand('get', 'replicasets', '-o', 'name')).stdout.split('\n')[0]!.split('/')[1],
    () => 'api has no ReplicaSet',
  );
  await expect(step.plan({ ...input, kind: 'ReplicaSet', name: set }, call())).rejects.toMatchObject({
    next: 'Scale Deployment api instead.',
  });
  await hand('delete', 'hpa', 'api');
});

test('pause and resume undo each other; a paused rollout is what kubectl finds paused', async () => {
  const [pause, resume] = [cluster.changing('rolloutPause'), cluster.changing('rolloutResume')];
  const input = { namespace: cluster.namespace, deployment: 'api' };
  const planned = await pause.plan(input, call());
  expect(planned.diff).toEqual([{ path: 'spec.paused', before: false, after: true }]);
  expect(await pause.apply(input, planned.preconditions, call())).toMatchObject({ outcome: 'applied' });
  expect((await hand('rollout', 'pause', 'deployment/api')).stderr).toContain('is already paused');
  expect(await pause.plan(input, call())).toMatchObject({ diff: [], dryRun: 'none' });

  const undo = pause.undo!(planned.preimage, { input, operation: 'o' })!;
  expect(undo.change.step).toBe('kubernetes.rolloutResume');
  expect(await resume.apply(undo.change.input, undo.preconditions, call())).toMatchObject({
    outcome: 'applied',
    output: { paused: false },
  });
  expect((await present()).spec?.paused).toBeUndefined();
});

test('setEnv: shown, written once, undone to the very template; refused for secrets and for what comes from elsewhere', async () => {
  const step = cluster.changing('setEnv');
  const ref = { namespace: cluster.namespace, kind: 'Deployment', name: 'api', container: 'app' };
  const input = { ...ref, env: { FIRST: '2', LEVEL: 'debug' } };
  const before = await until(async () => (await present()).spec);
  const planned = await step.plan(input, call());
  expect(planned.diff.map((d) => [d.path.replace(/.*\.env/, 'env'), d.before, d.after])).toEqual([
    ['env[name=FIRST].value', '1', '2'],
    ['env[name=LEVEL]', null, { name: 'LEVEL', value: 'debug' }],
  ]);
  expect(await step.apply(input, planned.preconditions, call())).toMatchObject({ outcome: 'applied' });
  expect(await step.probe(input, planned.preconditions, call())).toMatchObject({ state: 'applied' });
  const undo = step.undo!(planned.preimage, { input, operation: 'o' })!;
  await step.apply(undo.change.input, undo.preconditions, call());
  expect((await present()).spec?.template).toEqual(before.template);

  // FIRST would come back behind LAST, which refers to it.
  const away = { ...ref, env: { FIRST: null } };
  const without = await step.plan(away, call());
  expect(step.undo!(without.preimage, { input: away, operation: 'o' })).toBeUndefined();

  for (const env of [{ DB_PASSWORD: 'x' }, { DSN: 'postgres://u:p@db' }]) {
    await expect(step.plan({ ...ref, env }, call())).rejects.toMatchObject({ kind: 'refused' });
  }
});
