import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ClusterApi } from '../../lab/control-plane/cluster-api.ts';
import { oomKills } from '../../lab/incident/oom-kills.ts';
import { countMerchants } from '../../lab/incident/onboarding.ts';
import type { Lab, LabDetails } from '../../lab/index.ts';
import { insideNode } from '../../lab/node/inside-node.ts';
import { errorRate } from '../../lab/observability/error-rate.ts';
import { isReady } from '../../lab/workloads/conditions.ts';
import { describePod, listPods } from '../../lab/workloads/objects.ts';
import { until } from '../setup/until.ts';
import { apiAs, labUnderTest } from './lab-under-test.ts';

let lab: Lab;
let details: LabDetails;
let api: ClusterApi;

beforeAll(async () => {
  ({ lab, details } = await labUnderTest());
  api = await apiAs(details.kubeconfigs.admin);
});
afterAll(async () => {
  await lab.heal();
  api.close();
});

const podsOf = (node: boolean) => async () =>
  (await listPods(api, 'payments', 'app=payment-service')).filter(
    ({ spec }) => (spec.nodeName === 'node-worker-3') === node,
  );
/** Nobody knows while Prometheus is too busy to say. */
const suffering = (window: string) => errorRate(details, window).catch(() => undefined);
const sickPods = podsOf(true);
const otherPods = podsOf(false);

test('the incident is made once and looks like one', async () => {
  const began = Math.floor(Date.now() / 1000);
  await lab.breakIt();
  await lab.breakIt();

  await until(
    async () => {
      const { phase, nodes, errorRate: rate = 0 } = (await lab.status())!;
      return phase === 'broken' && nodes.every((n) => n.ready && n.schedulable) && rate > 0.05;
    },
    async () => JSON.stringify(await lab.status()),
  );
  expect(await countMerchants(api)).toBe(400);

  const sick = await sickPods();
  expect(sick).toHaveLength(2);
  for (const { status: pod } of sick) {
    expect(pod?.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'False' }));
    expect(pod?.containerStatuses?.[0]?.restartCount).toBeGreaterThan(0);
  }
  await until(
    async () => (await otherPods()).every(isReady),
    async () => (await otherPods()).map(describePod).join('; '),
  );
  expect(await oomKills(nodeNamed('node-worker-3'), began)).toBeGreaterThanOrEqual(2);
  expect(await oomKills(nodeNamed('node-worker-1'), began)).toBe(0);
});

test('the crash, the release and the memory limit tell the story', async () => {
  const [pod] = await sickPods();
  const log = `/api/v1/namespaces/payments/pods/${pod?.metadata.name}/log?previous=true`;
  await until(
    async () =>
      (await api.request('GET', log)).body.includes('FATAL: database connection refused: 10.96.45.12:5432'),
    async () => (await api.request('GET', log)).body,
  );

  const sets = await api.call<{ items: { metadata: { annotations: Record<string, string> } }[] }>(
    'GET',
    '/apis/apps/v1/namespaces/payments/replicasets?labelSelector=app%3Dpayment-service',
  );
  const causes = sets.items.map(({ metadata }) => metadata.annotations['kubernetes.io/change-cause']);
  expect(causes).toEqual(
    expect.arrayContaining([expect.stringContaining('1.3.0'), expect.stringContaining('1.4.0')]),
  );

  const shown = await insideNode(nodeNamed('node-worker-3'), [
    'systemctl',
    'show',
    'kube-proxy',
    '-p',
    'MemoryMax',
  ]);
  expect(shown.stdout.trim()).toBe(`MemoryMax=${20 * 1024 ** 2}`);
});

test('Prometheus raises the alert and Alertmanager has it', async () => {
  const alerts = async () =>
    (await (await fetch(`${details.alertmanager.url}/api/v2/alerts`)).json()) as {
      labels: Record<string, string>;
    }[];
  const firing = await until(
    async () => (await alerts()).find(({ labels }) => labels.alertname === 'HighErrorRate'),
    async () => JSON.stringify(await alerts()),
  );
  expect(firing.labels).toMatchObject({
    service: 'payment-service',
    namespace: 'payments',
    severity: 'critical',
  });
});

test('users go on suffering while nobody acts', async () => {
  // Of the seconds from here on only, in each of which they make twenty requests.
  const from = Date.now();
  await until(
    async () => {
      const seconds = Math.floor((Date.now() - from) / 1000);
      return seconds >= 6 && ((await suffering(`${seconds}s`)) ?? 0) > 0.05;
    },
    async () => `the error rate is ${await suffering('10s')}`,
  );
});

test('healing puts back what the incident and people changed, and can be repeated', async () => {
  await api.call(
    'PATCH',
    '/api/v1/nodes/node-worker-3',
    { spec: { unschedulable: true } },
    'application/merge-patch+json',
  );
  await lab.heal();
  await lab.heal();
  await until(
    async () => {
      const { phase, problem, errorRate: rate } = (await lab.status())!;
      return phase === 'up' && problem === undefined && rate === 0;
    },
    async () => JSON.stringify(await lab.status()),
  );
  expect(await countMerchants(api)).toBe(0);
  const shown = await insideNode(nodeNamed('node-worker-3'), [
    'systemctl',
    'show',
    'kube-proxy',
    '-p',
    'MemoryMax,DropInPaths,ActiveState',
  ]);
  expect(shown.stdout.trim().split('\n').sort()).toEqual([
    'ActiveState=active',
    'DropInPaths=',
    `MemoryMax=${128 * 1024 ** 2}`,
  ]);
});

function nodeNamed(node: string): { stateDirectory: string; node: string } {
  return { stateDirectory: details.stateDirectory, node };
}
