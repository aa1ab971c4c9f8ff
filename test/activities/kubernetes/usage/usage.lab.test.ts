import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { until } from '../../../setup/until.ts';
import { call, inSeconds } from '../calls.ts';
import { openCluster, type Cluster } from '../cluster.ts';
import { kubectl } from '../kubectl.ts';
import { barePod } from '../scene.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await openCluster('usage');
  const busy = barePod(cluster, 'busy', ['sh', '-c', 'while :; do :; done']);
  Object.assign(busy.spec.containers[0]!, {
    resources: { limits: { cpu: '50m', memory: '32Mi' } },
    readinessProbe: { exec: { command: ['test', '-e', '/ready'] }, periodSeconds: 1, failureThreshold: 2 },
    livenessProbe: { httpGet: { port: 8080, path: '/healthz' }, initialDelaySeconds: 600 },
  });
  await cluster.make(busy);
});
afterAll(() => cluster.close());

const input = () => ({ namespace: cluster.namespace, selector: 'app=busy' });
const context = () => call({ deadline: inSeconds(90) });

test('usage against limits comes from the kubelets where there is no metrics API', async () => {
  const read = cluster.reading('podUsage');
  const measured = await until(async () => {
    const answer = (await read(input(), context())) as {
      source: string;
      pods: { containers: { cpuMillis: number | null; memoryBytes: number | null }[] }[];
    };
    return answer.pods[0]?.containers[0]?.cpuMillis ? answer : undefined;
  });
  expect(measured).toMatchObject({
    source: 'kubelet',
    unknown: [],
    pods: [
      {
        name: 'busy',
        containers: [{ cpuLimitMillis: 50, memoryLimitBytes: 32 * 2 ** 20, lastOomKill: null }],
      },
    ],
  });
});

test('throttling is counted between two looks', async () => {
  const read = cluster.reading('cpuThrottling');
  let seen: number | null = null;
  const counted = await until(
    async () => {
      const answer = (await read({ ...input(), seconds: 0 }, context())) as {
        pods: { containers: { share: number | null; limited: boolean }[] }[];
      };
      const [container] = answer.pods[0]?.containers ?? [];
      seen = container?.share ?? null;
      // On a busy machine it may get less than its limit for a while.
      return seen !== null && seen > 0.2 ? container : undefined;
    },
    () => `the share is ${seen}`,
  );
  expect(counted).toMatchObject({ container: 'app', limited: true });
});

test('probes are described as kubectl does, and the failures counted by kind', async () => {
  const read = cluster.reading('probes');
  const seen = await until(async () => {
    const answer = (await read({ ...input(), minutes: 60 }, context())) as {
      pods: {
        ready: boolean;
        containers: { probes: { kind: string; says: string; failures: number }[] }[];
      }[];
    };
    const found = answer.pods[0]?.containers[0]?.probes;
    return found?.some((p) => p.kind === 'readiness' && p.failures > 0) ? answer.pods[0] : undefined;
  });
  expect(seen.ready).toBe(false);
  const [readiness, liveness] = seen.containers[0]!.probes;
  expect(liveness).toMatchObject({ kind: 'liveness', failures: 0 });
  const { stdout } = await kubectl(cluster, '-n', cluster.namespace, 'describe', 'pod', 'busy');
  for (const probe of [readiness!, liveness!]) expect(stdout.replace(/ +/g, ' ')).toContain(probe.says);
});
