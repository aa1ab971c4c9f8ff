import { expect, test } from '@jest/globals';
import { implementRead, StepFailure, type ImplementedStep } from '../../activities/kit/index.ts';
import { kubernetes, type Pod } from '../../activities/kubernetes/contract.ts';
import { prometheus } from '../../activities/prometheus/contract.ts';
import { until } from '../setup/until.ts';
import { handedOver } from './hands-over.ts';
import { nodeDescribed } from './node.ts';
import { onStage } from './on-stage.ts';
import { pod } from './pod.ts';
import { meshed } from './sidecar.ts';
import { asked, serviceNamed } from './triage.ts';

class Api {
  pods: Pod[] = [pod('a', { workload: 'api' }), pod('b', { workload: 'api', node: 'worker-2' })];
  ready = 2;
  measured = true;
  /** Lines of its own pods that say that names do not resolve. */
  unresolved = 0;
  /** Seconds that 95 % of its requests take at most. */
  latency = 0.19;
  /** How full its connection pool is. */
  pool: number | undefined;
  readonly effects: readonly string[] = [];

  constructor(different: Partial<Api> = {}) {
    Object.assign(this, different);
  }

  get steps(): ImplementedStep[] {
    const at = { at: new Date().toISOString(), ageSeconds: 1 };
    const unknown = (reason: string) => ({ state: 'unknown', why: 'empty', reason, query: 'q' }) as const;
    return [
      implementRead(kubernetes.endpointsOf, async ({ namespace, service }) => {
        if (!this.measured)
          throw new StepFailure('invalid', `There is no Service ${namespace}/${service}`, { next: 'Look' });
        return {
          service: serviceNamed(namespace, service),
          selector: 'app=api',
          ready: this.ready,
          endpoints: [],
          mismatches: [],
        };
      }),
      implementRead(kubernetes.podLogs, async ({ unexpected }) => ({
        container: 'main',
        available: true,
        linesRead: 40,
        expected: [],
        unexpected: unexpected.map((pattern) => ({ pattern, count: this.unresolved })),
        lines: [],
      })),
      implementRead(kubernetes.listPods, async ({ namespace }) => ({
        pods: this.pods.map((p) => ({ ...p, ...(namespace && { namespace }) })),
      })),
      implementRead(kubernetes.serviceBackends, async () => ({ service: null, workloads: [] })),
      implementRead(prometheus.errorRate, async () =>
        this.measured
          ? { state: 'known', ratio: 0.2, errorsPerSecond: 2, totalPerSecond: 10, ...at, query: 'e / t' }
          : unknown('no requests to blind were ever counted'),
      ),
      implementRead(prometheus.latencyQuantile, async () =>
        this.measured
          ? { state: 'known', value: this.latency, unit: 'seconds', ...at, exporter: 'Istio', query: 'l' }
          : unknown('nobody measures the latency of blind'),
      ),
      implementRead(prometheus.saturation, async () =>
        this.pool === undefined
          ? unknown('nobody measures the connection pool')
          : { state: 'known', value: this.pool, unit: 'ratio', ...at, exporter: 'HikariCP', query: 'p' },
      ),
      implementRead(prometheus.connectionPools, async () => unknown('its pools are not measured by pod')),
      implementRead(prometheus.containerCpu, async () => unknown('nobody measures its CPU')),
    ];
  }
}

const scenes = {
  shop: new Api(),
  blind: new Api({ measured: false, pods: [] }),
  empty: new Api({ ready: 0 }),
  unresolved: new Api({ unresolved: 4 }),
  'unresolved-next-door': new Api(),
  pool: new Api({ pool: 0.97 }),
  sidecar: new Api({ pods: [meshed('a'), meshed('b')], unresolved: 3 }),
  slow: new Api({ latency: 1.9 }),
  'kube-system': new Api(),
};
const engine = onStage(scenes, [
  ...asked,
  implementRead(kubernetes.describeNode, async ({ node }) => nodeDescribed(node)),
]);
const start = (namespace: keyof typeof scenes) =>
  engine.start('error-rate-triage', { namespace, service: namespace === 'blind' ? 'blind' : 'api' });

test('no runbook fits: handed over with what users, cluster, logs and traces say', async () => {
  const run = await start('shop');
  const ended = await run.end();
  expect(ended).toMatchObject(
    handedOver(/^Requests to shop\/api fail or failed, and no runbook fits: 20 % of 10 requests/),
  );
  const { reason } = ended.result as { reason: string };
  expect(reason).toMatch(/95 % take at most 0\.19 s, more than yesterday/);
  expect(reason).toMatch(/None of 2 pods is sick/);
  expect(reason).toMatch(/Logs of the namespace: refused 31 times, in 400 lines/);
  expect(reason).toMatch(/POST \/pay fails most: 5 of 20 \(no connection\)/);
  expect(reason).toMatch(/85 % of the slowest one went to GET of cache/);
  expect(reason).toMatch(
    /Alerts of api fired 4 times in 7d, for 12 min at the longest, and flaps\. Of one no end was received: .* Its runs: handed-over 2/,
  );
  const { journal } = await run.state();
  const findings = journal.filter((e) => e.kind === 'finding');
  const evidence = JSON.stringify(findings.map((f) => f.facts));
  expect(evidence).toContain('dial tcp: connection refused');
  expect(evidence).toContain('trace context was lost on the way to cache');
  expect(evidence).toContain('the connection pool: nobody measures the connection pool');
  expect(evidence).toContain('20 times the highest');
  expect(evidence).toContain('HTTP5xx, ended after 12 min: triage/7 handed-over');
  expect(journal.find((e) => e.name === 'topology')?.facts).toMatchObject({
    services: [{ name: 'api', broken: false }],
    pods: [
      { name: 'a', node: 'worker-1' },
      { name: 'b', node: 'worker-2' },
    ],
  });
  // A chart of each comparison that a finding rests on is kept with the run, and named there.
  const charts = await engine.ledger.artefacts(run.workflowId);
  expect(charts.map((c) => c.name).sort()).toEqual(['the-error-rate-of-api.svg', 'the-latency-of-api.svg']);
  for (const { sha256 } of charts) expect(evidence).toContain(sha256);
  expect(await engine.ledger.intents(run.workflowId)).toEqual([]);
});

test('what cannot be seen is named, holds nothing up, and is not taken for "all is well"', async () => {
  const ended = await (await start('blind')).end();
  expect(ended).toMatchObject(
    handedOver(/What users of blind feel is not known\..*What the logs say is not known\./),
  );
  const { notSeen } = ended.result as { notSeen: string[] };
  expect(notSeen).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^how often it fired before: no such alert was received/),
      expect.stringMatching(/^the error rate: no requests to blind were ever counted/),
      expect.stringMatching(/^the logs: .*no `loki`/),
      expect.stringMatching(/^traces: Jaeger has no trace of blind/),
      expect.stringMatching(/^the endpoints of blind: .*There is no Service/),
    ]),
  );
});

test('where the signs of another runbook are there, that one is started with its input', async () => {
  const run = await start('empty');
  const [other] = await until(async () => {
    const started = await engine.startReceived();
    return started.length > 0 ? started : undefined;
  });
  expect(other!.workflowId).toMatch(/^service-without-endpoints.*empty/);
  expect(await other!.end()).toMatchObject({ outcome: 'handed-over' });
  expect(await run.end()).toMatchObject(
    handedOver(
      /^service-without-endpoints was started because the Service has no ready endpoint.*ended as handed-over/,
    ),
  );
});

for (const [scene, runbook, because] of [
  ['pool', 'connection-pool-exhaustion', '97 % of its connection pool are in use'],
  ['sidecar', 'bad-gateway-behind-sidecar', 'istio-proxy in its pods complains'],
  ['slow', 'slow-requests', 'requests are slower than usual, and most of the time of the slowest goes to'],
] as const)
  test(`its pods are well, and the signs of ${runbook} are there: it goes on`, async () => {
    const run = await start(scene);
    const [other] = await until(async () => {
      const started = await engine.startReceived();
      return started.length > 0 ? started : undefined;
    });
    expect(other!.workflowId).toMatch(new RegExp(`^${runbook}/`));
    expect(await other!.end()).toMatchObject({ outcome: 'handed-over' });
    expect(await run.end()).toMatchObject(
      handedOver(new RegExp(`^${runbook} was started because ${because}.*ended as handed-over`)),
    );
  });

test("names that do not resolve for a neighbour are no sign of the service's", async () => {
  const ended = await (await start('unresolved-next-door')).end();
  expect(ended).toMatchObject(
    handedOver(
      /no runbook fits: .*names 4 times, in 400 lines\. Its own pods were not seen to write of names\./,
    ),
  );
});

test('names that do not resolve for its own pods are', async () => {
  const run = await start('unresolved');
  const [other] = await until(async () => {
    const started = await engine.startReceived();
    return started.length > 0 ? started : undefined;
  });
  expect(other!.workflowId).toMatch(/^dns-failure/);
  expect(await other!.end()).toMatchObject({ outcome: 'handed-over' });
  expect(await run.end()).toMatchObject(
    handedOver(/^dns-failure was started because its logs say that names do not resolve/),
  );
});
