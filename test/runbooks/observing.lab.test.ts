/** The runbooks that see by metrics, logs and traces, on the lab's own Prometheus, Loki and Jaeger. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createAlertSteps } from '../../activities/alerts/steps.ts';
import { createJaegerSteps } from '../../activities/jaeger/steps.ts';
import { createKubernetesClients, type KubernetesClient } from '../../activities/kubernetes/clients.ts';
import { createKubernetesSteps } from '../../activities/kubernetes/steps.ts';
import { createLokiSteps } from '../../activities/loki/steps.ts';
import { createPrometheusSteps } from '../../activities/prometheus/steps.ts';
import { effectiveWrites, openAuditLog, type AuditLog } from '../../lab/audit-log.ts';
import type { Lab, LabDetails } from '../../lab/index.ts';
import { SHOP } from '../../lab/scenarios/shop.ts';
import { labUnderTest } from '../lab/lab-under-test.ts';
import { until } from '../setup/until.ts';
import { startEngine, type Engine, type Run } from '../workflows/harness.ts';
import { ON_CALL } from './on-call.ts';

/** Above all that is waited for inside a test, so that what gives up says what it waited for. */
const LIMIT = 1_800_000;
const SCENARIOS = ['slow-requests', 'bad-gateway-behind-sidecar', 'connection-pool-exhaustion'];
let lab: Lab;
let details: LabDetails;
let clients: { read: KubernetesClient; change: KubernetesClient } | undefined;
let engine: Engine | undefined;
let audit: AuditLog;
let since: Date;

beforeAll(async () => {
  ({ lab } = await labUnderTest());
  await lab.add('loki');
  details = await lab.add('jaeger');
  const { probeNamespace, probeImage } = details.workload;
  const client = (kubeconfig: string) =>
    createKubernetesClients({
      kubeconfig,
      requestTimeoutMs: 60_000,
      probeNamespace,
      probeImage,
      imagePullPolicy: 'Never',
    });
  clients = { read: client(details.kubeconfigs.read), change: client(details.kubeconfigs.change) };
  audit = openAuditLog(details.auditLog);
  engine = await startEngine({
    entry: new URL('../../worker/entry.ts', import.meta.url),
    steps: [
      ...createKubernetesSteps(clients),
      ...createPrometheusSteps({ url: details.prometheus.url, requests: { window: '15s' } }),
      ...createLokiSteps({ url: details.loki!.url }),
      ...createJaegerSteps({ url: details.jaeger!.url, requestIdTags: ['request.id'] }),
      ...createAlertSteps({ alertHistory: (which) => engine!.ledger.alertHistory(which) }),
    ],
    people: ON_CALL,
  });
  // They do not touch each other: what is waited for is waited for once.
  for (const scenario of SCENARIOS) await lab.play(scenario);
}, LIMIT);
/** Whatever came before fails or not: other files find the lab as it was. */
afterAll(async () => {
  const ends = [
    () => engine?.stop(),
    () => lab.heal(),
    () => lab.remove('loki'),
    () => lab.remove('jaeger'),
    () => Promise.all([clients?.read.close(), clients?.change.close()]),
  ];
  const failures: unknown[] = [];
  for (const end of ends)
    try {
      await end();
    } catch (error) {
      failures.push(error);
    }
  if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('\n'));
}, LIMIT);

async function start(runbook: string, input: object): Promise<Run> {
  since = new Date();
  return engine!.start(runbook, { namespace: SHOP, ...input });
}

async function approve(run: Run, title: RegExp) {
  const question = await run.question((q) => title.test(q.title));
  expect(await run.decide(question, { answer: 'approve' })).toMatchObject({ counted: true });
  return question;
}

/** What the API server wrote down as changed by nightshift since the run began. */
const writes = () =>
  effectiveWrites(audit.requests(), { since, user: /nightshift-change$/, namespace: SHOP }).map(
    (w) => `${w.verb} ${w.resource}/${w.name}`,
  );

/** A request to wishlist whose lines and spans have all come: a busy Loki or Jaeger may lose one. */
async function aRequest(): Promise<string> {
  const text = async (url: string, params: Record<string, string> = {}) =>
    (await fetch(`${url}?${new URLSearchParams(params).toString()}`)).text();
  const logs = `${details.loki!.url}/loki/api/v1/query_range`;
  let said = '';
  return until(
    async () => {
      // Spans are told by those who end them, a moment after the line.
      const end = `${Math.round(Date.now() / 1000) - 10}`;
      const query = `{namespace="${SHOP}",app="wishlist"} |= "wishlist read"`;
      said = await text(logs, { query, end, limit: '20' });
      for (const [, id, trace] of said.matchAll(/request_id\W+(\w{16})\W+trace_id\W+(\w{32})/g)) {
        const lines = await text(logs, { query: `{namespace="${SHOP}"} |= "${id}"` });
        const spans = await text(`${details.jaeger!.url}/api/traces/${trace}`);
        if (
          count(lines, new RegExp(`request_id\\W+${id}`, 'g')) === 2 &&
          count(spans, /"operationName":/g) === 2
        )
          return id;
      }
      return undefined;
    },
    () => `no request to wishlist has both its lines and both its spans; Loki says: ${said.slice(0, 500)}`,
  );
}
const count = (text: string, what: RegExp) => [...text.matchAll(what)].length;

test(
  'follow-request: its lines and spans in both services are on one time line, and its time went to the cache',
  async () => {
    const run = await start('follow-request', { requestId: await aRequest() });
    expect(await run.end()).toMatchObject({
      outcome: 'completed',
      result: {
        hops: [
          { service: 'wishlist', spans: 1, lines: 1 },
          { service: 'wishlist-cache', spans: 1, lines: 1 },
        ],
        drops: [],
        // Its Prometheus keeps no exemplars, which is not taken for a request that nobody counted.
        notSeen: [expect.stringMatching(/^metrics: Prometheus kept no sample with a trace/)],
        slowest: { service: 'wishlist-cache', operation: 'GET' },
      },
    });
  },
  LIMIT,
);

test(
  'error-rate-triage: what users, pods, logs and traces say of failing pages, what nobody sees, and who goes on',
  async () => {
    const run = await start('error-rate-triage', { service: 'pages' });
    const [other] = await until(
      async () => {
        const started = await engine!.startReceived();
        return started.length > 0 ? started : undefined;
      },
      () => 'the triage asked for no run of another runbook',
    );
    expect(other!.workflowId).toMatch(/^bad-gateway-behind-sidecar\//);
    // The test of that runbook has it done.
    const limit = await other!.question((q) => /^Raise the CPU limit of pages\/app/.test(q.title));
    expect(await other!.decide(limit, { answer: 'reject' })).toMatchObject({ counted: true });
    const ended = await run.end();
    expect(ended.outcome).toBe('handed-over');
    const { reason, ...facts } = ended.result as { reason: string; found: string[]; notSeen: string[] };
    expect(reason).toMatch(/because sidecar in its pods complains \d+ times .* and ended as rejected/);
    const [found, { notSeen }] = [facts.found.join(' '), facts];
    expect(found).toMatch(/\d[\d.]* % of \d[\d.]* requests a second to pages fail/);
    expect(found).toMatch(/None of 1 pods is sick.* 1 endpoints are ready/);
    expect(found).toMatch(/Logs of the namespace: .*timeout \d+ times/);
    expect(notSeen).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^how often it fired before: .* received no alert at all/),
        expect.stringMatching(/^traces: .*pages/),
        expect.stringMatching(/^whether the error rate is as usual: .*1d before/),
        expect.stringMatching(/^the connection pool: nobody measures/),
      ]),
    );
  },
  LIMIT,
);

test(
  'coverage-audit: who logs, is measured and traced, and who is not, with why',
  async () => {
    const run = await start('coverage-audit', {});
    const ended = await run.end();
    expect(ended).toMatchObject({ outcome: 'completed', result: { workloads: 7 } });
    const { gaps } = ended.result as { gaps: string[] };
    const of = (name: string) =>
      gaps.filter((gap) => gap.startsWith(`Deployment/${name}: `)).map((gap) => gap.split(': ')[1]);
    expect(of('wishlist')).toEqual(expect.arrayContaining(['limits', 'metrics']));
    // What could not be seen is no gap; the table says it.
    const shown = JSON.stringify((await run.state()).journal);
    const row = (name: string) =>
      new RegExp(`"Deployment/${name} +([^"]*)"`).exec(shown)?.[1]?.trim().split(/ +/);
    const [, limits, metrics, logs, structured, ids, traces] = row('wishlist')!;
    expect({ limits, metrics, logs, structured, ids, traces }).toEqual({
      ...{ limits: 'NO', metrics: 'NO', logs: 'yes', structured: 'yes', ids: 'yes', traces: 'yes' },
    });
    expect(row('invoices')![2]).toBe('yes');
    expect(row('pages')![5]).toBe('yes');
  },
  LIMIT,
);

test(
  'slow-requests: from the metrics through logs and traces to the cache that stalls, and its release rolled back',
  async () => {
    const run = await start('slow-requests', {
      ...{ service: 'wishlist', slowerThanMs: 600, minutes: 5 },
      // A machine with other work is slow to be fast again.
      withinSeconds: 1200,
    });
    const question = await approve(run, /^Roll wishlist-cache back from revision \d+ to \d+$/);
    expect(question.body).toMatch(/slow requests spend most of their time in GET of wishlist-cache/);
    expect(question.body).toMatch(/env\[name=SWEEP\]\.value: hourly → each-read/);
    expect(await run.end()).toMatchObject({
      outcome: 'completed',
      result: { culprit: 'wishlist-cache', operation: 'GET' },
    });
    expect(writes()).toEqual(['patch deployments/wishlist-cache']);
  },
  LIMIT,
);

test(
  'bad-gateway-behind-sidecar: the sidecar’s timeouts are the kernel’s stops of the service behind it, whose limit is raised',
  async () => {
    const run = await start('bad-gateway-behind-sidecar', {
      name: 'pages',
      window: '1m',
      withinSeconds: 1200,
    });
    const question = await approve(run, /^Raise the CPU limit of pages\/app from 20m to \d+m$/);
    expect(question.body).toMatch(
      /sidecar complains of timeouts \d+ times, and the kernel stops app in up to \d+ % of its periods/,
    );
    expect(await run.end()).toMatchObject({
      outcome: 'completed',
      result: { container: 'app', from: '20m' },
    });
    expect(writes()).toEqual(['patch deployments/pages']);
  },
  LIMIT,
);

test(
  'connection-pool-exhaustion: connections that nobody has were lost by the release, which is rolled back',
  async () => {
    const run = await start('connection-pool-exhaustion', {
      deployment: 'invoices',
      window: '15s',
      withinSeconds: 1200,
    });
    const question = await approve(run, /^Roll invoices back from revision \d+ to \d+$/);
    expect(question.body).toMatch(
      /8 of 8 connections of invoices-\S+ never come back, and only 0 goroutines/,
    );
    expect(question.body).toMatch(/env\[name=RETURN_ON_ERROR\]/);
    expect(await run.end()).toMatchObject({ outcome: 'completed', result: { who: 'nobody' } });
    expect(writes().filter((w) => w.startsWith('patch'))).toEqual(['patch deployments/invoices']);
  },
  LIMIT,
);
